// Log lines: one fact each, a fixed message and key=value fields, or the same as one JSON object.
//
// error = a person must act; warn = we went on; info = life cycle and state changes; debug = the
// rest. Values from outside may hold anything: they are escaped and cut to k_log_value_max bytes,
// so that no sender can forge a line or fill the disk with one.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>

#include "runtime/config.hpp"

namespace runtime {

inline constexpr std::size_t k_log_value_max = 300;

struct Field {
  Field(std::string_view field_key, std::string_view field_value)
      : key{field_key}, value{field_value} {}
  template <typename Integer, typename = std::enable_if_t<std::is_integral_v<Integer>>>
  Field(std::string_view field_key, Integer field_value)
      : key{field_key}, value{std::to_string(field_value)}, is_number{true} {}

  std::string_view key;
  std::string value;
  bool is_number = false;
};

/// Before the first line; lines go to standard error, which systemd keeps: it is told each line's
/// level. Thread-safe after that.
void start_log(const LogConfig& config);

/// At any time.
void set_log_level(LogLevel level);

void log_debug(std::string_view message, std::initializer_list<Field> fields = {});
void log_info(std::string_view message, std::initializer_list<Field> fields = {});
void log_warn(std::string_view message, std::initializer_list<Field> fields = {});
void log_error(std::string_view message, std::initializer_list<Field> fields = {});

}  // namespace runtime
