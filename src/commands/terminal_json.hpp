// JSON on its way to a terminal or a pipe. For .cpp files only: the library's header is heavy.
#pragma once

#include <nlohmann/json.hpp>
#include <ostream>

namespace commands {

/// Indented, ASCII only: no character of the data can steer a terminal. Bytes that are not UTF-8
/// become U+FFFD.
inline void print_json(const nlohmann::ordered_json& json, std::ostream& out) {
  using Handler = nlohmann::ordered_json::error_handler_t;
  out << json.dump(2, ' ', /*ensure_ascii=*/true, Handler::replace) << "\n";
}

}  // namespace commands
