// The way to the database for commands that an operator runs as somebody who may not read the
// daemon's secrets: a database owner, a support agent.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <optional>

#include "commands/setup.hpp"
#include "store/connection.hpp"

namespace commands {

enum class Needs {
  database,              // [database] alone
  database_and_sources,  // and the sources, but for their secrets
  database_and_outbox,   // and how people are told: [outbox], with its templates
};

/// read_setup, where only mistakes count that concern what is needed (and those of the file as a
/// whole): they are printed to `errors`, and nullopt is returned. Secrets may be missing or
/// unreadable: use those of no source.
std::optional<Setup> load_setup_without_secrets(const std::filesystem::path& file, Needs needs,
                                                std::ostream& errors);

/// A session without a limit on time, but with one on waiting for locks. Throws store::Failure.
store::Connection open_database(const runtime::Config& config);

}  // namespace commands
