#include "store/json_object.hpp"

namespace store {
namespace {

// RFC 8259, section 7: what must be escaped, and nothing else.
void append_escaped(std::string& json, std::string_view text) {
  constexpr std::string_view k_digits = "0123456789abcdef";
  for (const char letter : text) {
    const auto code = static_cast<unsigned char>(letter);
    if (letter == '"' || letter == '\\') {
      json += '\\';
      json += letter;
    } else if (code < 0x20) {
      json += "\\u00";
      json += k_digits[code >> 4U];
      json += k_digits[code & 15U];
    } else {
      json += letter;
    }
  }
}

}  // namespace

void JsonObject::begin_member(std::string_view name) {
  members_ += members_.empty() ? "\"" : ",\"";
  members_ += name;
  members_ += "\":";
}

void JsonObject::add(std::string_view name, std::string_view text) {
  begin_member(name);
  members_ += '"';
  append_escaped(members_, text);
  members_ += '"';
}

void JsonObject::add(std::string_view name, std::int64_t number) {
  begin_member(name);
  members_ += std::to_string(number);
}

void JsonObject::add_known(std::string_view name, std::string_view text) {
  if (!text.empty()) {
    add(name, text);
  }
}

}  // namespace store
