// Files that must not lie after a crash: descriptors, whole writes, and what is on the disk before
// somebody relies on it. Everything here blocks, and throws std::system_error with the path and the
// operating system's words.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace outbox {

/// An open file, or none. Closed at the end of its life.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_{number} {}
  ~Descriptor() { close(); }
  Descriptor(Descriptor&& other) noexcept : number_{other.release()} {}
  Descriptor& operator=(Descriptor&& other) noexcept;

  [[nodiscard]] bool is_open() const { return number_ >= 0; }
  [[nodiscard]] int number() const { return number_; }
  void close();

 private:
  int release();

  int number_ = -1;
};

/// A regular file; `flags` as of open(2), O_CLOEXEC is added. Never waits, not even for a pipe.
/// New files may be read by the owner and the group (0640, less the umask).
Descriptor open_regular_file(const std::filesystem::path& path, int flags);

std::int64_t size_of(const Descriptor& file, const std::filesystem::path& path);

/// At the file's end, or where O_APPEND is not set at its offset. In one write(2) unless the kernel
/// takes less. When it throws, a part may be written.
void write_all(const Descriptor& file, std::string_view bytes, const std::filesystem::path& path);

/// Returns once the content is on the disk.
void sync_content(const Descriptor& file, const std::filesystem::path& path);

/// Returns once the folder's names are on the disk.
void sync_folder_of(const std::filesystem::path& path);

/// The whole content is the old or the new one, whatever happens meanwhile. `path`.new is used in
/// between.
void replace_file(const std::filesystem::path& path, std::string_view content);

/// `size` bytes from `offset` on; fewer where the file ends.
std::string read_at(const Descriptor& file, std::int64_t offset, std::size_t size,
                    const std::filesystem::path& path);

/// Where the last newline before the offset `end` stands; nullopt: there is none.
std::optional<std::int64_t> find_newline_before(const Descriptor& file, std::int64_t end,
                                                const std::filesystem::path& path);

}  // namespace outbox
