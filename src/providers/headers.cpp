#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "providers/json.hpp"
#include "providers/source.hpp"

namespace providers {

namespace {

// Not std::tolower: the locale must not decide what a header is called.
std::string lower(std::string_view text) {
  std::string result{text};
  for (char& c : result) {
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return result;
}

bool holds_secret(const Provider& provider, std::string_view lower_name) {
  static constexpr std::array<std::string_view, 3> k_always{"authorization", "cookie",
                                                            "proxy-authorization"};
  return std::ranges::find(k_always, lower_name) != k_always.end() ||
         std::ranges::find(provider.secret_headers, lower_name) != provider.secret_headers.end();
}

}  // namespace

void Headers::add(std::string name, std::string value) {
  fields_.emplace_back(std::move(name), std::move(value));
}

std::optional<std::string_view> Headers::only(std::string_view name) const {
  const std::string wanted = lower(name);
  std::optional<std::string_view> found;
  for (const auto& [field_name, value] : fields_) {
    if (lower(field_name) != wanted) {
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
  std::map<std::string, std::string> joined;
  for (const auto& [name, value] : headers.all()) {
    std::string key = lower(name);
    if (holds_secret(provider, key)) {
      continue;
    }
    const auto [entry, is_new] = joined.try_emplace(std::move(key), value);
    if (!is_new) {
      entry->second += ", " + value;
    }
  }
  return dump_for_jsonb(Json(joined));
}

}  // namespace providers
