#include "providers/api.hpp"

#include <algorithm>

#include "providers/fields.hpp"

namespace providers {
namespace {

ApiItem item_of(const Json& object) {
  return {id_of(member(object, "id")).value_or(""), time_of(object, k_created_keys),
          dump_compact(object)};
}

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

}  // namespace

std::optional<ApiPage> parse_page(std::string_view body) {
  const ParsedObject parsed = parse_object(body);
  const Json* const data = member(parsed.value, "data");
  if (parsed.state != JsonState::whole || data == nullptr || !data->is_array()) {
    return std::nullopt;
  }
  ApiPage page;
  for (const Json& object : *data) {
    if (!object.is_object()) {
      return std::nullopt;
    }
    page.items.push_back(item_of(object));
  }
  const Json* const total = member(parsed.value, "total");
  if (total != nullptr && total->is_number_unsigned()) {
    page.total = total->get<std::int64_t>();
  }
  const Json* const has_more = member(parsed.value, "has_more");
  if (has_more != nullptr && has_more->is_boolean()) {
    page.has_more = has_more->get<bool>();
  }
  return page;
}

std::optional<ApiItem> parse_item(std::string_view body) {
  const ParsedObject parsed = parse_object(body);
  return parsed.state == JsonState::whole ? std::optional{item_of(parsed.value)} : std::nullopt;
}

// RFC 3986, 2.3.
std::string path_segment(std::string_view text) {
  constexpr std::string_view k_digits = "0123456789ABCDEF";
  std::string segment;
  for (const char c : text) {
    if (is_unreserved(c)) {
      segment += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      segment += '%';
      segment += k_digits[byte >> 4U];
      segment += k_digits[byte & 15U];
    }
  }
  return segment;
}

}  // namespace providers
