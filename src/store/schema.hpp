// Migrations: numbered, forward only, one transaction each, never edited once released.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "store/connection.hpp"

namespace store {

struct MigrationReport {
  std::vector<std::string> applied;  // names of the files, in their order
  int version = 0;                   // of the schema afterwards
};

/// Brings the database to this build's schema, makes the views again and grants the roles their
/// rights. Safe to run at any time and by several at once (an advisory lock). Throws Failure: for a
/// schema that is newer than this build, for a migration whose text is not what was applied, and
/// for roles that this user may not make.
MigrationReport migrate(Connection& connection);

struct SchemaState {
  bool usable = false;
  bool durable = false;  // fsync, full_page_writes and synchronous_commit are on
  std::string reason;    // what is wrong, for an operator; empty when both are true
};

/// Whether the daemon can work on this database. Throws Failure when it cannot be asked.
SchemaState check_schema(Connection& connection);

}  // namespace store
