// refundctl migrate: brings the database to this build's schema.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "commands/commands.hpp"
#include "domain/time.hpp"
#include "store/connection.hpp"
#include "store/schema.hpp"

namespace commands {

struct MigrateResult {
  store::MigrationReport report;
  std::vector<std::string> partitions_made;
};

/// Migrates, and makes the months of payloads that a daemon needs at once. Throws store::Failure.
MigrateResult migrate(store::Connection& connection, domain::Time now);

void print_migrate(const MigrateResult& result, bool json, std::ostream& out);

void add_migrate(CLI::App& app, Context& context);

}  // namespace commands
