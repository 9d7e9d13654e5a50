#include "runtime/config_reader.hpp"

#include <algorithm>

#include "runtime/endpoint.hpp"
#include "runtime/nearest_word.hpp"

namespace runtime {
namespace {

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

}  // namespace

TableReader::TableReader(const toml::table& table, std::string path,
                         std::vector<ConfigError>& errors)
    : table_{&table}, path_{std::move(path)}, errors_{&errors} {}

void TableReader::read(std::string_view key, std::optional<std::string>& value) {
  if (const auto* node = find(key)) {
    if (auto text = text_of(key, *node)) {
      value = std::move(text);
    }
  }
}

void TableReader::read(std::string_view key, std::string& value) {
  std::optional<std::string> text;
  read(key, text);
  value = text.value_or(value);
}

void TableReader::read(std::string_view key, bool& value) {
  const auto* node = find(key);
  if (node == nullptr) {
    return;
  }
  const auto given = node->value_exact<bool>();
  if (!given) {
    add_error(key, "must be true or false");
  }
  value = given.value_or(value);
}

void TableReader::read(std::string_view key, Endpoint& value) {
  std::optional<std::string> text;
  read(key, text);
  const auto endpoint = text ? parse_endpoint(*text) : std::nullopt;
  if (text && !endpoint) {
    add_error(key, R"(must be an IP address and a port, like "0.0.0.0:8443" or "[::1]:8443", or )"
                   R"("unix:" and the absolute path of a socket)");
  }
  value = endpoint.value_or(value);
}

void TableReader::read(std::string_view key, Range range, std::size_t& value) {
  if (const auto given = number(key, range)) {
    value = static_cast<std::size_t>(*given);
  }
}

void TableReader::read(std::string_view key, Range range, std::chrono::seconds& value) {
  if (const auto given = number(key, range)) {
    value = std::chrono::seconds{*given};
  }
}

void TableReader::read(std::string_view key, Range range,
                       std::optional<std::chrono::seconds>& value) {
  if (const auto given = number(key, range)) {
    value = std::chrono::seconds{*given};
  }
}

std::vector<std::string> TableReader::texts(std::string_view key) {
  const auto* node = find(key);
  if (node == nullptr) {
    return {};
  }
  const auto* array = node->as_array();
  if (array == nullptr || array->empty()) {
    add_error(key, R"(must be a list with at least one text: ["…"])");
    return {};
  }
  std::vector<std::string> values;
  for (const auto& element : *array) {
    const auto element_key = std::string{key} + "[" + std::to_string(values.size()) + "]";
    values.push_back(text_of(element_key, element).value_or(""));
  }
  return values;
}

std::vector<std::chrono::seconds> TableReader::seconds(std::string_view key, Range range) {
  const auto* node = find(key);
  const auto* array = node == nullptr ? nullptr : node->as_array();
  if (node != nullptr && (array == nullptr || array->empty())) {
    add_error(key, "must be a list with at least one number: [300]");
  }
  std::vector<std::chrono::seconds> values;
  for (std::size_t at = 0; array != nullptr && at < array->size(); ++at) {
    const auto element_key = std::string{key} + "[" + std::to_string(at) + "]";
    values.emplace_back(number_of(element_key, *array->get(at), range).value_or(range.min));
  }
  return values;
}

std::vector<std::string> TableReader::keys() const {
  std::vector<std::string> keys;
  for (const auto& [key, node] : *table_) {
    keys.emplace_back(key.str());
  }
  return keys;
}

TableReader TableReader::table(std::string_view key) {
  static const toml::table k_empty;
  const auto* node = find(key);
  if (node != nullptr && !node->is_table()) {
    add_error(key, "must be a table: [" + std::string{key} + "]");
  }
  const auto* table = node == nullptr ? nullptr : node->as_table();
  return {table == nullptr ? k_empty : *table, path_of(key), *errors_};
}

std::vector<TableReader> TableReader::tables(std::string_view key) {
  const auto* node = find(key);
  if (node == nullptr) {
    return {};
  }
  if (!node->is_array_of_tables()) {
    add_error(key, "must be an array of tables: [[" + std::string{key} + "]]");
    return {};
  }
  std::vector<TableReader> readers;
  for (const auto& element : *node->as_array()) {
    const auto index = std::to_string(readers.size());
    readers.push_back({*element.as_table(), path_of(key) + "[" + index + "]", *errors_});
  }
  return readers;
}

bool TableReader::require(std::string_view key) {
  if (!has(key)) {
    add_error(key, "is required");
  }
  return has(key);
}

void TableReader::refuse_other_keys() {
  for (const auto& [key, node] : *table_) {
    if (std::find(known_keys_.begin(), known_keys_.end(), key.str()) == known_keys_.end()) {
      const auto similar = nearest_word(key.str(), known_keys_);
      add_error(key.str(),
                similar.empty() ? "unknown key" : "unknown key; did you mean \"" + similar + "\"?");
    }
  }
}

void TableReader::add_error(std::string_view key, std::string message) {
  errors_->push_back({path_of(key), std::move(message)});
}

const toml::node* TableReader::find(std::string_view key) {
  known_keys_.emplace_back(key);
  return table_->get(key);
}

std::optional<std::string> TableReader::text_of(std::string_view key, const toml::node& node) {
  auto text = node.value_exact<std::string>();
  if (!text) {
    add_error(key, R"(must be a text: "…")");
  } else if (text->empty() || has_control_character(*text)) {
    add_error(key, "must be neither empty nor hold control characters");
  } else {
    return text;
  }
  return std::nullopt;
}

std::optional<std::int64_t> TableReader::number(std::string_view key, Range range) {
  const auto* node = find(key);
  return node == nullptr ? std::nullopt : number_of(key, *node, range);
}

std::optional<std::int64_t> TableReader::number_of(std::string_view key, const toml::node& node,
                                                   Range range) {
  const auto value = node.value_exact<std::int64_t>();
  if (!value || *value < range.min || *value > range.max) {
    add_error(key, "must be a whole number from " + std::to_string(range.min) + " to " +
                       std::to_string(range.max));
    return std::nullopt;
  }
  return value;
}

std::string TableReader::path_of(std::string_view key) const {
  return path_.empty() ? std::string{key} : path_ + "." + std::string{key};
}

}  // namespace runtime
