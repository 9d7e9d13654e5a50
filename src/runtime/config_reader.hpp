// One table of the configuration file, read key by key. Used by config.cpp only, because toml++'s
// header is heavy.
//
// Each read leaves the value as it was (its default) where the key is absent or wrong; what is
// wrong goes to the list of errors. The keys that were asked for are the known ones:
// refuse_other_keys comes last.
#pragma once

#include <toml++/toml.h>
#include <chrono>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/config.hpp"

namespace runtime {

/// Both ends belong to it.
struct Range {
  std::int64_t min;
  std::int64_t max;
};

class TableReader {
 public:
  /// `path` is the table's own key ("source[1]"), empty for the whole file. `table` and `errors`
  /// outlive the reader.
  TableReader(const toml::table& table, std::string path, std::vector<ConfigError>& errors);

  /// Texts are neither empty nor hold control characters.
  void read(std::string_view key, std::string& value);
  void read(std::string_view key, std::optional<std::string>& value);
  void read(std::string_view key, bool& value);
  void read(std::string_view key, Endpoint& value);
  void read(std::string_view key, Range range, std::size_t& value);
  void read(std::string_view key, Range range, std::chrono::seconds& value);
  void read(std::string_view key, Range range, std::optional<std::chrono::seconds>& value);

  template <typename T>
  void read(std::string_view key, std::initializer_list<std::pair<std::string_view, T>> choices,
            T& value);

  /// The texts of an array; empty where the key is absent or wrong.
  std::vector<std::string> texts(std::string_view key);

  /// The numbers of an array; empty where the key is absent or wrong.
  std::vector<std::chrono::seconds> seconds(std::string_view key, Range range);

  /// Whatever keys the table has, each to be read then.
  [[nodiscard]] std::vector<std::string> keys() const;

  /// A reader of an inner table; an absent one reads as an empty one.
  TableReader table(std::string_view key);

  /// Readers of an array of tables, in the file's order.
  std::vector<TableReader> tables(std::string_view key);

  [[nodiscard]] bool has(std::string_view key) const { return table_->contains(key); }

  /// An error where the key is absent. False then.
  bool require(std::string_view key);

  void refuse_other_keys();

  /// `key` may have an index: "webhook_secret_files[0]".
  void add_error(std::string_view key, std::string message);

 private:
  const toml::node* find(std::string_view key);
  std::optional<std::string> text_of(std::string_view key, const toml::node& node);
  std::optional<std::int64_t> number(std::string_view key, Range range);
  std::optional<std::int64_t> number_of(std::string_view key, const toml::node& node, Range range);
  [[nodiscard]] std::string path_of(std::string_view key) const;

  const toml::table* table_;
  std::string path_;
  std::vector<ConfigError>* errors_;
  std::vector<std::string> known_keys_;
};

template <typename T>
void TableReader::read(std::string_view key,
                       std::initializer_list<std::pair<std::string_view, T>> choices, T& value) {
  std::optional<std::string> word;
  read(key, word);
  if (!word) {
    return;
  }
  std::string words;
  for (const auto& [name, choice] : choices) {
    if (name == *word) {
      value = choice;
      return;
    }
    words += (words.empty() ? "" : ", ") + std::string{name};
  }
  add_error(key, "must be one of " + words);
}

}  // namespace runtime
