// A throwaway folder with a configuration and the files that it names.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace runtime_test {

namespace fs = std::filesystem;

inline constexpr auto k_private = fs::perms::owner_read | fs::perms::owner_write;

class ConfigFolder {
 public:
  ConfigFolder() {
    auto name = (fs::temp_directory_path() / "refundd-config-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
      throw std::runtime_error{"mkdtemp"};
    }
    path_ = name;
  }
  ConfigFolder(const ConfigFolder&) = delete;
  ConfigFolder& operator=(const ConfigFolder&) = delete;
  ~ConfigFolder() { fs::remove_all(path_); }

  [[nodiscard]] fs::path path(std::string_view name) const { return path_ / name; }

  fs::path write(std::string_view name, std::string_view content,
                 fs::perms mode = k_private) const {
    const auto file = path(name);
    fs::create_directories(file.parent_path());
    std::ofstream{file, std::ios::binary} << content;
    fs::permissions(file, mode);
    return file;
  }

  /// The certificate, key and secrets that k_good_config names.
  void write_named_files() const {
    write("cert.pem", "certificate\n", k_private | fs::perms::others_read);
    write("key.pem", "key\n");
    write("secret", "c2VjcmV0\n");
    write("token", "token-1\n");
  }

 private:
  fs::path path_;
};

inline constexpr std::string_view k_good_listener = R"([listener]
certificate_file = "cert.pem"
private_key_file = "key.pem"
)";

inline constexpr std::string_view k_good_source = R"([[source]]
name = "omise-th"
provider = "omise"
webhook_secret_files = ["secret"]
)";

}  // namespace runtime_test
