// Keeps the compliance file in step with the database, and goes on when the file or the entries
// cannot be had for a while. Belongs to the dispatcher's thread.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "outbox/audit_file.hpp"
#include "store/audit_lines.hpp"
#include "store/connection.hpp"

namespace outbox {

class AuditExporter {
 public:
  /// Throws std::runtime_error where the file cannot be opened. Where another process writes it,
  /// this one waits and takes over when that one has ended.
  explicit AuditExporter(std::filesystem::path path);

  /// The next export uses another session than the one before.
  void use_new_connection() { tail_ = {}; }

  /// One pass; true where more is ready. Throws store::Failure only where the connection is lost:
  /// everything else is logged, once, and the next pass tries again.
  bool export_entries(store::Connection& connection);

  /// logrotate has moved the file.
  void reopen();

 private:
  bool open();
  void note(const std::string& problem);

  std::filesystem::path path_;
  std::optional<AuditFile> file_;  // none while another process writes it
  store::AuditTail tail_;
  std::string problem_;  // empty: none
};

}  // namespace outbox
