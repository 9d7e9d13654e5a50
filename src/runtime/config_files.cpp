#include "runtime/config_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace runtime {
namespace {

constexpr std::size_t k_secret_max_bytes = 4096;

class OpenFile {
 public:
  // O_NONBLOCK: opening a named pipe must not wait for a writer; it is refused as no regular file.
  explicit OpenFile(const std::filesystem::path& path)
      : descriptor_{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)} {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() {
    if (descriptor_ >= 0) {
      ::close(descriptor_);
    }
  }
  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

FileProblem system_problem(std::string_view what) {
  return {std::string{what} + ": " + std::generic_category().message(errno)};
}

/// What is wrong with the file before a byte of it is read; empty: nothing.
std::string_view objection(const struct stat& status, const ReadOptions& options) {
  if (!S_ISREG(status.st_mode)) {
    return "is not a regular file";
  }
  if (options.is_secret && (status.st_mode & S_IRWXO) != 0) {
    return "is open to others; take their rights away (chmod o=)";
  }
  if (options.is_secret && (status.st_mode & S_IWGRP) != 0) {
    return "may be written by its group; take that right away (chmod g-w)";
  }
  return {};
}

std::variant<std::string, FileProblem> read_all(const OpenFile& file, std::size_t size_max_bytes) {
  std::string content(size_max_bytes + 1, '\0');
  std::size_t size = 0;
  while (size < content.size()) {
    const auto count = ::read(file.descriptor(), content.data() + size, content.size() - size);
    if (count < 0 && errno != EINTR) {
      return system_problem("cannot be read");
    }
    if (count == 0) {
      content.resize(size);
      return content;
    }
    size += count > 0 ? static_cast<std::size_t>(count) : 0;
  }
  return FileProblem{"is larger than " + std::to_string(size_max_bytes) + " bytes"};
}

void remove_one_newline(std::string& text) {
  if (text.ends_with('\n')) {
    text.pop_back();
    if (text.ends_with('\r')) {
      text.pop_back();
    }
  }
}

}  // namespace

std::filesystem::path FileFolders::resolve(std::string_view name) const {
  if (credentials_directory) {
    std::error_code error;
    auto credential = std::filesystem::absolute(*credentials_directory / name);
    if (std::filesystem::exists(credential, error)) {
      return credential;
    }
  }
  // An absolute name replaces the folder.
  auto beside = config_folder / name;
  auto in_secrets = config_folder / k_secrets_folder / name;
  std::error_code error;
  const bool is_in_secrets =
      !std::filesystem::exists(beside, error) && std::filesystem::exists(in_secrets, error);
  return is_in_secrets ? in_secrets : beside;
}

std::variant<std::string, FileProblem> read_file(const std::filesystem::path& path,
                                                 const ReadOptions& options) {
  const OpenFile file{path};
  struct stat status {};
  if (file.descriptor() < 0) {
    return system_problem("cannot be opened");
  }
  if (::fstat(file.descriptor(), &status) != 0) {
    return system_problem("cannot be looked at");
  }
  if (const auto what = objection(status, options); !what.empty()) {
    return FileProblem{std::string{what}};
  }
  return read_all(file, options.size_max_bytes);
}

std::variant<std::string, FileProblem> read_secret_file(const std::filesystem::path& path) {
  auto content = read_file(path, {.size_max_bytes = k_secret_max_bytes, .is_secret = true});
  if (auto* secret = std::get_if<std::string>(&content)) {
    remove_one_newline(*secret);
    if (secret->empty()) {
      return FileProblem{"is empty"};
    }
  }
  return content;
}

}  // namespace runtime
