#include "outbox/durable_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace outbox {
namespace {

constexpr mode_t k_mode = 0640;

[[noreturn]] void fail(const std::filesystem::path& path, const char* what) {
  throw std::system_error{errno, std::generic_category(), path.string() + ": " + what};
}

std::filesystem::path folder_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path{"."};
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    close();
    number_ = other.release();
  }
  return *this;
}

void Descriptor::close() {
  if (is_open()) {
    ::close(release());
  }
}

int Descriptor::release() {
  return std::exchange(number_, -1);
}

Descriptor open_regular_file(const std::filesystem::path& path, int flags) {
  Descriptor file{::open(path.c_str(), flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, k_mode)};
  if (!file.is_open()) {
    fail(path, "cannot be opened");
  }
  struct stat status {};
  if (::fstat(file.number(), &status) != 0) {
    fail(path, "cannot be examined");
  }
  if (!S_ISREG(status.st_mode)) {
    throw std::runtime_error{path.string() + ": is not a regular file"};
  }
  return file;
}

std::int64_t size_of(const Descriptor& file, const std::filesystem::path& path) {
  struct stat status {};
  if (::fstat(file.number(), &status) != 0) {
    fail(path, "cannot be examined");
  }
  return status.st_size;
}

void write_all(const Descriptor& file, std::string_view bytes, const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(file.number(), bytes.data(), bytes.size());
    if (count < 0 && errno != EINTR) {
      fail(path, "cannot be written");
    }
    bytes.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  }
}

void sync_content(const Descriptor& file, const std::filesystem::path& path) {
  if (::fdatasync(file.number()) != 0) {
    fail(path, "cannot be brought to the disk");
  }
}

void sync_folder_of(const std::filesystem::path& path) {
  const Descriptor folder{::open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!folder.is_open() || ::fsync(folder.number()) != 0) {
    fail(folder_of(path), "cannot be brought to the disk");
  }
}

void replace_file(const std::filesystem::path& path, std::string_view content) {
  const std::filesystem::path fresh = path.string() + ".new";
  Descriptor file = open_regular_file(fresh, O_WRONLY | O_CREAT | O_TRUNC);
  write_all(file, content, fresh);
  sync_content(file, fresh);
  if (::rename(fresh.c_str(), path.c_str()) != 0) {
    fail(path, "cannot be replaced");
  }
  sync_folder_of(path);
}

std::string read_at(const Descriptor& file, std::int64_t offset, std::size_t size,
                    const std::filesystem::path& path) {
  std::string bytes(size, '\0');
  std::size_t filled = 0;
  while (filled < size) {
    const ssize_t count = ::pread(file.number(), bytes.data() + filled, size - filled,
                                  offset + static_cast<std::int64_t>(filled));
    if (count < 0 && errno != EINTR) {
      fail(path, "cannot be read");
    }
    if (count == 0) {
      break;
    }
    filled += static_cast<std::size_t>(std::max<ssize_t>(count, 0));
  }
  bytes.resize(filled);
  return bytes;
}

std::optional<std::int64_t> find_newline_before(const Descriptor& file, std::int64_t end,
                                                const std::filesystem::path& path) {
  constexpr std::int64_t k_block = 64 << 10;
  while (end > 0) {
    const std::int64_t begin = std::max<std::int64_t>(end - k_block, 0);
    const auto block = read_at(file, begin, static_cast<std::size_t>(end - begin), path);
    const auto at = block.rfind('\n');
    if (at != std::string::npos) {
      return begin + static_cast<std::int64_t>(at);
    }
    end = begin;
  }
  return std::nullopt;
}

}  // namespace outbox
