#include "commands/audit_file_lines.hpp"

#include <fcntl.h>

#include <algorithm>

#include "outbox/audit_line.hpp"

namespace commands {

AuditFileLines::AuditFileLines(std::span<const std::filesystem::path> paths) {
  for (const auto& path : paths) {
    auto descriptor = outbox::open_regular_file(path, O_RDONLY);
    const auto size = outbox::size_of(descriptor, path);
    files_.push_back({path, std::move(descriptor), size});
  }
}

std::optional<AuditFileLine> AuditFileLines::next() {
  for (; file_ < files_.size(); ++file_) {
    if (auto line = next_of(files_[file_])) {
      return line;
    }
    offset_ = 0;
    line_number_ = 0;
    block_.clear();
    used_ = 0;
  }
  return std::nullopt;
}

std::optional<AuditFileLine> AuditFileLines::next_of(const File& file) {
  AuditFileLine line;
  line.file = file_;
  line.number = ++line_number_;
  bool is_whole = false;
  bool is_begun = false;
  while (!is_whole) {
    const std::string_view rest = ahead(file);
    if (rest.empty()) {
      break;
    }
    is_begun = true;
    const auto newline = rest.find('\n');
    is_whole = newline != std::string_view::npos;
    const auto part = rest.substr(0, is_whole ? newline + 1 : rest.size());
    used_ += part.size();
    line.is_too_long =
        line.is_too_long || line.text.size() + part.size() > outbox::k_audit_line_bytes_max;
    if (!line.is_too_long) {
      line.text += part;
    }
  }
  line.is_torn = !is_whole;
  if (!is_begun || (line.is_torn && was_being_written(file))) {
    return std::nullopt;
  }
  return line;
}

std::string_view AuditFileLines::ahead(const File& file) {
  constexpr std::int64_t k_block = 256 << 10;
  if (used_ == block_.size()) {
    const auto size = static_cast<std::size_t>(std::min(k_block, file.size - offset_));
    block_ = outbox::read_at(file.descriptor, offset_, size, file.path);
    offset_ += static_cast<std::int64_t>(block_.size());
    used_ = 0;
  }
  return std::string_view{block_}.substr(used_);
}

// The daemon was in the middle of a write when we looked at the size, or has repaired it since.
bool AuditFileLines::was_being_written(const File& file) const {
  return outbox::size_of(file.descriptor, file.path) != file.size;
}

}  // namespace commands
