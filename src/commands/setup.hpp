// The configuration and the sources made of it: the first thing that either program needs.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <optional>
#include <vector>

#include "outbox/dispatcher.hpp"
#include "providers/source.hpp"
#include "runtime/config.hpp"

namespace commands {

struct Setup {
  runtime::Config config;
  std::vector<providers::Source> sources;
  /// nullopt: the configuration names no sink, so that messages wait in the outbox.
  std::optional<outbox::DispatcherOptions> outbox;
};

struct SetupResult {
  Setup setup;                               // complete only without errors
  std::vector<runtime::ConfigError> errors;  // of the file, its secrets and its sources together
};

/// Reads the file and, from $CREDENTIALS_DIRECTORY or beside it, its secrets.
SetupResult read_setup(const std::filesystem::path& file);

/// One line each: "refundd.toml: source[0].provider: unknown; …".
void print_errors(const std::filesystem::path& file,
                  const std::vector<runtime::ConfigError>& config_errors, std::ostream& errors);

/// read_setup; where anything is wrong, all of it is printed to `errors` and nullopt returned.
std::optional<Setup> load_setup(const std::filesystem::path& file, std::ostream& errors);

}  // namespace commands
