#include "runtime/log_line.hpp"

#include <cstdio>

namespace runtime {
namespace {

std::string format_time(std::chrono::sys_time<std::chrono::milliseconds> time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  char text[64];
  const int length = std::snprintf(
      text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  return {text, static_cast<std::size_t>(length)};
}

std::string_view name_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warn:
      return "warn";
    case LogLevel::error:
      return "error";
  }
  return "error";
}

bool is_printable(char c) {
  return c >= ' ' && c <= '~';
}

std::string escape_byte(char byte) {
  switch (byte) {
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default:
      char text[8];
      std::snprintf(text, sizeof text, "\\x%02x", static_cast<unsigned>(byte) & 0xffU);
      return text;
  }
}

// The first k_log_value_max bytes, each of them printable. A backslash of the value itself stays
// single here: quoting doubles it where the format wants that.
std::string printable(std::string_view value, std::string_view backslash) {
  std::string result;
  for (const char c : value.substr(0, k_log_value_max)) {
    if (c == '\\' || c == '"') {
      result += "\\";
      result += c;
    } else if (is_printable(c)) {
      result += c;
    } else {
      result += backslash;
      result += escape_byte(c).substr(1);
    }
  }
  if (value.size() > k_log_value_max) {
    result += "...";
  }
  return result;
}

bool needs_quotes(std::string_view value) {
  return value.empty() || value.find_first_not_of(
                              "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                              "-_.:/+@[]%,;") != std::string_view::npos;
}

std::string text_value(std::string_view value) {
  const std::string shown = printable(value, "\\");
  return needs_quotes(value) ? '"' + shown + '"' : shown;
}

std::string json_value(std::string_view value) {
  return '"' + printable(value, "\\\\") + '"';
}

std::string format_message(const LogLine& line) {
  std::string text = printable(line.message, "\\");
  for (const Field& field : line.fields) {
    text += ' ';
    text += field.key;
    text += '=';
    text += text_value(field.value);
  }
  return text;
}

std::string format_text(const LogLine& line) {
  std::string text = format_time(line.time);
  text += ' ';
  text += name_of(line.level);
  text += ' ';
  return text + format_message(line);
}

std::string format_json(const LogLine& line) {
  std::string text = R"({"ts":")" + format_time(line.time) + R"(","level":")";
  text += name_of(line.level);
  text += R"(","msg":)" + json_value(line.message);
  for (const Field& field : line.fields) {
    text += ',';
    text += json_value(field.key);
    text += ':';
    text += field.is_number ? field.value : json_value(field.value);
  }
  return text + '}';
}

}  // namespace

std::string format_line(LogFormat format, const LogLine& line) {
  switch (format) {
    case LogFormat::text:
      return format_text(line);
    case LogFormat::json:
      return format_json(line);
    case LogFormat::journald:
      return format_message(line);
  }
  return format_text(line);
}

}  // namespace runtime
