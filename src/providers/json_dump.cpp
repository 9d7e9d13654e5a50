#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <limits>
#include <utility>

#include "providers/json.hpp"

namespace providers {

namespace {

// What needs no escape in JSON: most words of a webhook.
bool is_plain(std::string_view text) {
  return std::ranges::all_of(text,
                             [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; });
}

std::string with_nul_replaced(const std::string& json) {
  std::string result;
  result.reserve(json.size());
  for (std::size_t at = 0; at < json.size(); ++at) {
    if (json[at] != '\\') {
      result += json[at];
    } else if (json.compare(at, 6, "\\u0000") == 0) {
      result += "\xEF\xBF\xBD";
      at += 5;
    } else {
      // Two at once, so that an escaped backslash before "u0000" is not taken for an escape.
      result += json[at];
      result += json[++at];
    }
  }
  return result;
}

enum class Nul { escaped, replaced };

// Structure, whole numbers and plain strings are written here, without a virtual call for every
// piece of them; whatever has an escape, a fraction or a byte over 0x7E is left to the library.
class CompactWriter {
 public:
  CompactWriter(std::string& text, Nul nul) : text_{text}, nul_{nul} {}

  void write(const Json& value) { write_without(value, {}); }

  void write_without(const Json& value, std::span<const std::string_view> left_out) {
    switch (value.type()) {
      case Json::value_t::object:
        return write_object(value.get_ref<const Json::object_t&>(), left_out);
      case Json::value_t::array:
        return write_array(value.get_ref<const Json::array_t&>());
      case Json::value_t::string:
        return write_string(value.get_ref<const std::string&>());
      case Json::value_t::number_integer:
        return write_number(value.get<std::int64_t>());
      case Json::value_t::number_unsigned:
        return write_number(value.get<std::uint64_t>());
      case Json::value_t::boolean:
        text_ += value.get<bool>() ? "true" : "false";
        return;
      case Json::value_t::null:
        text_ += "null";
        return;
      case Json::value_t::number_float:
      case Json::value_t::binary:
      case Json::value_t::discarded:
        text_ += value.dump();
        return;
    }
  }

  void write_string(std::string_view value) {
    if (is_plain(value)) {
      text_.append(1, '"').append(value).append(1, '"');
      return;
    }
    const std::string quoted = Json(value).dump(-1, ' ', false, Json::error_handler_t::replace);
    text_ += nul_ == Nul::replaced ? with_nul_replaced(quoted) : quoted;
  }

 private:
  void write_object(const Json::object_t& members, std::span<const std::string_view> left_out) {
    char separator = '{';
    for (const auto& [name, value] : members) {
      if (std::ranges::find(left_out, name) != left_out.end()) {
        continue;
      }
      text_ += std::exchange(separator, ',');
      write_string(name);
      text_ += ':';
      write(value);
    }
    text_ += separator == '{' ? "{}" : "}";
  }

  void write_array(const Json::array_t& elements) {
    char separator = '[';
    for (const Json& element : elements) {
      text_ += std::exchange(separator, ',');
      write(element);
    }
    text_ += separator == '[' ? "[]" : "]";
  }

  template <typename Number>
  void write_number(Number number) {
    std::array<char, std::numeric_limits<Number>::digits10 + 2> digits;
    const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), number);
    text_.append(digits.data(), written.ptr);
  }

  std::string& text_;
  Nul nul_;
};

}  // namespace

std::string dump_compact(const Json& value, std::span<const std::string_view> left_out) {
  std::string text;
  CompactWriter{text, Nul::escaped}.write_without(value, left_out);
  return text;
}

std::string dump_for_jsonb(const Json& value) {
  std::string text;
  CompactWriter{text, Nul::replaced}.write(value);
  return text;
}

void append_string_for_jsonb(std::string& text, std::string_view value) {
  CompactWriter{text, Nul::replaced}.write_string(value);
}

}  // namespace providers
