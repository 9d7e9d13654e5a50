#include <algorithm>
#include <array>
#include <compare>
#include <utility>
#include <vector>

#include "providers/json.hpp"
#include "providers/source.hpp"

namespace providers {

namespace {

using HeaderField = std::pair<std::string, std::string>;

// Not std::tolower: the locale must not decide what a header is called.
constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_same_name(std::string_view left, std::string_view right) {
  return std::ranges::equal(left, right, {}, lower, lower);
}

std::strong_ordering compare_names(std::string_view left, std::string_view right) {
  return std::lexicographical_compare_three_way(
      left.begin(), left.end(), right.begin(), right.end(), [](char a, char b) {
        return static_cast<unsigned char>(lower(a)) <=> static_cast<unsigned char>(lower(b));
      });
}

bool holds_secret(const Provider& provider, std::string_view name) {
  static constexpr std::array<std::string_view, 3> k_always{"authorization", "cookie",
                                                            "proxy-authorization"};
  const auto is_name = [name](std::string_view secret) { return is_same_name(secret, name); };
  return std::ranges::any_of(k_always, is_name) ||
         std::ranges::any_of(provider.secret_headers, is_name);
}

// By name, whatever its case; those of one name in the order of their arrival.
std::vector<const HeaderField*> sort_storable(const Provider& provider, const Headers& headers) {
  std::vector<const HeaderField*> fields;
  fields.reserve(headers.all().size());
  for (const HeaderField& field : headers.all()) {
    if (!holds_secret(provider, field.first)) {
      fields.push_back(&field);
    }
  }
  std::ranges::sort(fields, [](const HeaderField* left, const HeaderField* right) {
    const auto order = compare_names(left->first, right->first);
    return order != 0 ? order < 0 : left < right;  // both stand in one vector
  });
  return fields;
}

void append_lower(std::string& text, std::string_view name) {
  std::string key{name};
  std::ranges::transform(key, key.begin(), lower);
  append_string_for_jsonb(text, key);
}

void append_joined(std::string& text, std::span<const HeaderField* const> same_name) {
  if (same_name.size() == 1) {
    return append_string_for_jsonb(text, same_name.front()->second);
  }
  std::string joined = same_name.front()->second;
  for (const HeaderField* const field : same_name.subspan(1)) {
    joined.append(", ").append(field->second);
  }
  append_string_for_jsonb(text, joined);
}

}  // namespace

void Headers::add(std::string name, std::string value) {
  fields_.emplace_back(std::move(name), std::move(value));
}

std::optional<std::string_view> Headers::only(std::string_view name) const {
  std::optional<std::string_view> found;
  for (const auto& [field_name, value] : fields_) {
    if (!is_same_name(field_name, name)) {
      continue;
    }
    if (found) {
      return std::nullopt;
    }
    found = value;
  }
  return found;
}

std::string storable_headers_json(const Provider& provider, const Headers& headers) {
  const auto fields = sort_storable(provider, headers);
  std::string text = "{";
  for (auto begin = fields.begin(); begin != fields.end();) {
    const auto end = std::find_if(begin, fields.end(), [begin](const HeaderField* field) {
      return !is_same_name(field->first, (*begin)->first);
    });
    text += begin == fields.begin() ? "" : ",";
    append_lower(text, (*begin)->first);
    text += ':';
    append_joined(text, {begin, end});
    begin = end;
  }
  text += '}';
  return text;
}

}  // namespace providers
