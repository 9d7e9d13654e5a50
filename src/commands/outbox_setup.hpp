// From the words of the configuration to a dispatcher's options: sinks, routes, templates.
#pragma once

#include <optional>
#include <vector>

#include "outbox/dispatcher.hpp"
#include "providers/source.hpp"
#include "runtime/config.hpp"

namespace commands {

struct OutboxResult {
  /// nullopt: there is no [[sink]], so that messages wait; or there are errors.
  std::optional<outbox::DispatcherOptions> options;
  std::vector<runtime::ConfigError> errors;  // never with a secret's content
};

/// Reads the templates. Also takes a configuration with errors: what load_config refused already is
/// not reported again where that can be helped.
OutboxResult make_outbox(const runtime::Config& config,
                         const std::vector<providers::Source>& sources);

}  // namespace commands
