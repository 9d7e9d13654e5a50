// Loads configurations from a folder in which the files that they name exist.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "runtime/config.hpp"
#include "runtime/config_folder.hpp"

namespace runtime_test {

inline std::string good_config() {
  return std::string{k_good_listener} + std::string{k_good_source};
}

class ConfigTest : public testing::Test {
 protected:
  ConfigTest() { folder.write_named_files(); }

  [[nodiscard]] runtime::LoadedConfig load(std::string_view text) const {
    return runtime::load_config(folder.write("refundd.toml", text), {});
  }

  [[nodiscard]] std::vector<std::string> errors_of(std::string_view text) const {
    std::vector<std::string> lines;
    for (const auto& error : load(text).errors) {
      lines.push_back(error.key + ": " + error.message);
    }
    return lines;
  }

  ConfigFolder folder;
};

}  // namespace runtime_test
