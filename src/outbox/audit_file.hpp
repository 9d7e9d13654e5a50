// The compliance file: every audit entry as one line of JSON, appended as the entries are
// committed.
//
// A file holds every entry, whichever instance of the daemon recorded it, and is written by one
// process at a time. The dispatcher calls export_new_entries on its timer and after
// commits, and AuditFile::reopen on SIGHUP. For logrotate: "create" or "nocreate", "delaycompress"
// (lines still go to the old file until the signal has arrived), and a pattern that leaves
// `<file>.position` and `<file>.lock` alone.
//
// Where to go on is the greatest of three: the last line of the file, the position file, which
// remembers what older, rotated files hold, and what this process knows. To have the whole file
// written anew, stop the daemon and move both files away; or see `refundctl audit export`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>

#include "outbox/audit_line.hpp"
#include "outbox/durable_file.hpp"
#include "store/audit_lines.hpp"
#include "store/connection.hpp"

namespace outbox {

/// Another process writes the file.
class FileInUse : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Belongs to one thread; everything blocks. After any error the file is closed, and the next
/// append or reopen opens it again and repairs what the error left behind: nothing more is to be
/// done by the caller.
class AuditFile {
 public:
  /// Opens the file or makes it (0640) in a folder that must exist. A last line without its
  /// newline, which a crash has left, is cut off. Throws std::runtime_error for an operator: no
  /// folder, no permission, not our file; FileInUse: another process has it open.
  explicit AuditFile(std::filesystem::path path);

  /// Up to this audit_id every entry is in this file, or in one that it was rotated to, and on the
  /// disk. 0: none.
  [[nodiscard]] std::int64_t position() const { return position_; }

  /// Opens the file anew under its path, after logrotate has moved it. Throws as the constructor.
  void reopen();

  /// Opens the file where an error has closed it. Throws as the constructor.
  void ensure_open();

  /// Returns once the lines are on the disk. Throws where the disk is full or broken. Precondition:
  /// entries in the order of their ids, all behind position().
  void append(std::span<const store::AuditEntryRow> entries);

 private:
  void open();
  void write(const std::string& lines);
  void save_position();

  std::filesystem::path path_;
  Descriptor lock_;  // as long as this object lives
  Descriptor file_;
  std::int64_t position_ = 0;
  std::int64_t saved_position_ = 0;  // as the position file has it
};

/// How many lines one pass of export_new_entries writes at most: less than a minute, after which a
/// dispatcher may look whether it is to stop.
inline constexpr std::size_t k_audit_lines_per_pass_max = 100'000;

/// One pass: appends what is ready, in chunks of 1000, and returns how many lines that were. Where
/// it is k_audit_lines_per_pass_max, more may be ready. `tail` belongs to `connection`.
///
/// Throws store::Failure for the database and std::runtime_error for the file, both harmless to the
/// next pass: it goes on where this one ended.
std::size_t export_new_entries(store::Connection& connection, store::AuditTail& tail,
                               AuditFile& file);

/// The file that remembers the position: `<path>.position`.
std::filesystem::path position_file_of(const std::filesystem::path& path);

/// The position of an earlier process, 0 where there is no such file. Throws std::runtime_error.
std::int64_t read_position_file(const std::filesystem::path& path);

}  // namespace outbox
