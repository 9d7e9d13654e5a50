// One run of the reconciliation of one source, from its options to its result.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "commands/reconcile_output.hpp"
#include "commands/setup.hpp"
#include "commands/statement_lines.hpp"
#include "domain/reconcile.hpp"

namespace commands {

struct ReconcileOptions {
  std::string source;
  bool all = false;
  std::string from;  // a day, as the next one; empty: not given
  std::string to;
  bool yesterday = false;
  std::filesystem::path statement;  // empty: the API's list
  bool close = false;
  int timing_tolerance_hours = static_cast<int>(domain::k_timing_tolerance_default.count());
  ReconcileOutput output = ReconcileOutput::table;
};

/// A statement file that was read well. `lines` look into `content`.
struct StatementFile {
  std::string content;
  domain::Sha256 sha256{};
  std::vector<StatementLine> lines;
};

/// nullptr: what is wrong with it was printed to the standard error. Throws UsageError where the
/// source does not say how its statements are written.
std::unique_ptr<StatementFile> load_statement(const std::filesystem::path& path, const Setup& setup,
                                              const providers::Source& source);

/// Blocks; progress goes to the standard error. `statement`: nullptr for the API's list. Throws
/// std::exception where it cannot go on now: the same call goes on where it stopped.
ReconcileResult reconcile_source(store::Connection& connection, const providers::Source& source,
                                 StatementFile* statement, const ReconcileOptions& options);

}  // namespace commands
