// Compares audit files with the database, both read once and in order: neither has to fit into
// memory.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "domain/time.hpp"
#include "store/connection.hpp"

namespace commands {

/// What is kept and printed of the faults; the others are only counted.
inline constexpr std::size_t k_audit_file_faults_kept = 1000;

struct AuditFileFault {
  std::string file;
  std::int64_t line = 0;      // from 1; 0: not about a line
  std::int64_t audit_id = 0;  // 0: not known
  std::string fault;          // a sentence: "the entry is missing in the file", …
};

struct AuditFileReport {
  std::int64_t line_count = 0;
  std::int64_t fault_count = 0;
  std::vector<AuditFileFault> faults;  // the first of them, as they were met
};

struct AuditFileCheck {
  /// In the order in which they were written: those that logrotate has moved first.
  std::vector<std::filesystem::path> files;
  domain::Time now{};
  /// An entry behind the last line is missing where it was recorded longer ago than this.
  std::chrono::seconds delay_max{60};
};

/// Every line must be an entry of the database, as it stands there, in the order of the ids, each
/// once; and every entry between the first and the last line must have one. What is older than the
/// first line is not asked for. Throws store::Failure and std::runtime_error.
AuditFileReport check_audit_files(store::Connection& connection, const AuditFileCheck& check);

}  // namespace commands
