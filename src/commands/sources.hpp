// From the words of the configuration to sources that the providers know.
#pragma once

#include <vector>

#include "providers/source.hpp"
#include "runtime/config.hpp"

namespace commands {

struct SourcesResult {
  std::vector<providers::Source> sources;    // complete only without errors
  std::vector<runtime::ConfigError> errors;  // never with a secret's content
};

/// Pure. Also takes a configuration with errors: what load_config refused already (a provider that
/// is missing, a secret that is empty) is not reported again.
SourcesResult make_sources(const runtime::Config& config);

}  // namespace commands
