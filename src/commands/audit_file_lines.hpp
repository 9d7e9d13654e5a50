// The lines of audit files, one at a time, with memory for one.
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "outbox/durable_file.hpp"

namespace commands {

struct AuditFileLine {
  std::size_t file = 0;      // which of the files, from 0
  std::int64_t number = 0;   // in its file, from 1
  std::string text;          // with its newline
  bool is_too_long = false;  // longer than any audit line: `text` is only its beginning
  bool is_torn = false;      // the file ends before the line does
};

/// Files that follow each other, as logrotate has left them, the oldest first. What is appended
/// after the construction is not read: the daemon may go on writing meanwhile.
class AuditFileLines {
 public:
  /// Opens all. Throws std::runtime_error for a file that cannot be read.
  explicit AuditFileLines(std::span<const std::filesystem::path> paths);

  /// nullopt: no more lines. Throws std::runtime_error.
  std::optional<AuditFileLine> next();

 private:
  struct File {
    std::filesystem::path path;
    outbox::Descriptor descriptor;
    std::int64_t size = 0;
  };

  std::optional<AuditFileLine> next_of(const File& file);
  /// The rest of the block that is read, filled again where nothing is left; empty: end of file.
  std::string_view ahead(const File& file);
  bool was_being_written(const File& file) const;

  std::deque<File> files_;
  std::size_t file_ = 0;
  std::int64_t offset_ = 0;  // behind the block
  std::int64_t line_number_ = 0;
  std::string block_;
  std::size_t used_ = 0;
};

}  // namespace commands
