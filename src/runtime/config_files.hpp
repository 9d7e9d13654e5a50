// The files that a configuration names: where they are looked for, and what is refused of them.
// Used by load_config, and by refundctl for files that its operator names.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace runtime {

/// Where the unit takes its credentials from, beside the configuration file.
inline constexpr const char* k_secrets_folder = "secrets";

/// The credentials directory of systemd comes first, then the configuration file's own folder, then
/// the folder of secrets in it: so a command of root's finds what the unit hands to the daemon.
struct FileFolders {
  std::optional<std::filesystem::path> credentials_directory;
  std::filesystem::path config_folder;  // absolute

  /// An absolute path, also where there is no such file. An absolute `name` stays as it is.
  [[nodiscard]] std::filesystem::path resolve(std::string_view name) const;
};

/// Why a file cannot be used, for an operator: "is empty". Nothing of its content.
struct FileProblem {
  std::string message;
};

struct ReadOptions {
  std::size_t size_max_bytes;
  /// Refuses what others may read or the group may write.
  bool is_secret;
};

/// The content of a regular file. Never waits, not even for a pipe without a writer.
std::variant<std::string, FileProblem> read_file(const std::filesystem::path& path,
                                                 const ReadOptions& options);

/// A file of at most 4 KiB with one secret: its content without one trailing newline, not empty.
std::variant<std::string, FileProblem> read_secret_file(const std::filesystem::path& path);

}  // namespace runtime
