#include "outbox/audit_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

namespace outbox {
namespace {

constexpr std::size_t k_chunk = 1000;

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& why) {
  throw std::runtime_error{path.string() + ": " + why};
}

// Two writers would mix their lines, and each would cut off the other's last one. A file of its own
// is locked: where logrotate has moved the other one away, its writer is still the writer.
Descriptor lock(const std::filesystem::path& path) {
  Descriptor file = open_regular_file(path.string() + ".lock", O_RDWR | O_CREAT);
  if (::flock(file.number(), LOCK_EX | LOCK_NB) != 0) {
    throw FileInUse{path.string() + ": another process writes it"};
  }
  return file;
}

// The id in the last of the whole lines, which end at `end`; 0 where there is none.
std::int64_t last_id_before(const Descriptor& file, std::int64_t end,
                            const std::filesystem::path& path) {
  if (end == 0) {
    return 0;
  }
  const auto newline = find_newline_before(file, end - 1, path);
  const std::int64_t begin = newline ? *newline + 1 : 0;
  const auto size = static_cast<std::size_t>(end - begin);
  const auto id =
      size > k_audit_line_bytes_max ? std::nullopt : audit_id_of(read_at(file, begin, size, path));
  if (!id) {
    refuse(path, "its last line is no audit entry: move the file away, it is left as it is");
  }
  return *id;
}

// What a crash has left of a line. Where nothing else is in the file it must at least begin like
// one: a wrong path in the configuration must not destroy another file.
void cut_torn_line(const Descriptor& file, std::int64_t end, const std::filesystem::path& path) {
  constexpr std::string_view k_begin = R"({"audit_id":)";
  if (end == size_of(file, path)) {
    return;
  }
  if (end == 0) {
    const auto begin = read_at(file, 0, k_begin.size(), path);
    if (!k_begin.starts_with(begin)) {
      refuse(path, "holds no audit entries: move the file away, it is left as it is");
    }
  }
  if (::ftruncate(file.number(), end) != 0) {
    throw std::system_error{errno, std::generic_category(), path.string() + ": cannot be cut"};
  }
}

// Returns the id in the last line that is left.
std::int64_t repair(const Descriptor& file, const std::filesystem::path& path) {
  const auto newline = find_newline_before(file, size_of(file, path), path);
  const std::int64_t end = newline ? *newline + 1 : 0;
  const std::int64_t last_id = last_id_before(file, end, path);
  cut_torn_line(file, end, path);
  sync_content(file, path);
  return last_id;
}

}  // namespace

AuditFile::AuditFile(std::filesystem::path path) : path_{std::move(path)} {
  open();
}

void AuditFile::reopen() {
  open();
}

void AuditFile::ensure_open() {
  if (!file_.is_open()) {
    open();
  }
}

void AuditFile::open() {
  file_.close();
  Descriptor file = open_regular_file(path_, O_RDWR | O_APPEND | O_CREAT);
  if (!lock_.is_open()) {
    lock_ = lock(path_);
  }
  const std::int64_t last_id = repair(file, path_);
  sync_folder_of(path_);
  saved_position_ = read_position_file(path_);
  position_ = std::max({position_, last_id, saved_position_});
  save_position();
  file_ = std::move(file);
}

void AuditFile::append(std::span<const store::AuditEntryRow> entries) {
  ensure_open();
  std::string lines;
  for (const store::AuditEntryRow& entry : entries) {
    lines += audit_line(entry);
  }
  if (lines.empty()) {
    return;
  }
  try {
    write(lines);
    position_ = entries.back().audit_id;
    save_position();
  } catch (...) {
    file_.close();
    throw;
  }
}

// After an error nobody knows which of the new bytes the disk has, and a later fdatasync does not
// say so again: all of them go. Where even that fails, the next open cuts what it can. Somebody may
// have emptied the file meanwhile (logrotate's copytruncate): it must not grow by zeros.
void AuditFile::write(const std::string& lines) {
  const std::int64_t size = size_of(file_, path_);
  try {
    write_all(file_, lines, path_);
    sync_content(file_, path_);
  } catch (...) {
    if (::lseek(file_.number(), 0, SEEK_END) > size) {
      static_cast<void>(::ftruncate(file_.number(), size) == 0);
    }
    throw;
  }
}

// Behind the lines, never ahead of them: after a crash in between, the file itself knows better.
void AuditFile::save_position() {
  if (position_ == saved_position_) {
    return;
  }
  replace_file(position_file_of(path_), std::to_string(position_) + "\n");
  saved_position_ = position_;
}

std::size_t export_new_entries(store::Connection& connection, store::AuditTail& tail,
                               AuditFile& file) {
  file.ensure_open();
  std::size_t count = 0;
  while (count < k_audit_lines_per_pass_max) {
    const auto entries = tail.read(connection, file.position(), k_chunk);
    if (entries.empty()) {
      break;
    }
    file.append(entries);
    count += entries.size();
  }
  return count;
}

std::filesystem::path position_file_of(const std::filesystem::path& path) {
  return path.string() + ".position";
}

std::int64_t read_position_file(const std::filesystem::path& path) {
  constexpr std::size_t k_size_max = 32;
  const auto position_path = position_file_of(path);
  if (!std::filesystem::exists(position_path)) {
    return 0;
  }
  const Descriptor file = open_regular_file(position_path, O_RDONLY);
  const auto text = read_at(file, 0, k_size_max, position_path);
  std::int64_t position = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), position);
  if (error != std::errc{} || position < 0 || std::string_view{end} != "\n") {
    refuse(position_path, "holds no number: remove it, and the last line of " + path.string() +
                              " says where to go on");
  }
  return position;
}

}  // namespace outbox
