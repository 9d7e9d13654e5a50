// JSON on its way to a terminal or a pipe. For .cpp files only: the library's header is heavy.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>
#include <string>

#include "domain/time.hpp"

namespace commands {

/// Indented, ASCII only: no character of the data can steer a terminal. Bytes that are not UTF-8
/// become U+FFFD.
inline void print_json(const nlohmann::ordered_json& json, std::ostream& out) {
  using Handler = nlohmann::ordered_json::error_handler_t;
  out << json.dump(2, ' ', /*ensure_ascii=*/true, Handler::replace) << "\n";
}

/// null for what is empty.
template <typename T>
nlohmann::ordered_json or_null(const std::optional<T>& value) {
  return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json();
}
inline nlohmann::ordered_json or_null(const std::string& text) {
  return text.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(text);
}
inline nlohmann::ordered_json or_null(const std::optional<domain::Time>& time) {
  return time ? nlohmann::ordered_json(domain::format_rfc3339(*time)) : nlohmann::ordered_json();
}

/// A column of type json; null for what cannot be read.
inline nlohmann::ordered_json parsed_or_null(const std::string& text) {
  auto json = nlohmann::ordered_json::parse(text, nullptr, /*allow_exceptions=*/false);
  return json.is_discarded() ? nlohmann::ordered_json() : json;
}

}  // namespace commands
