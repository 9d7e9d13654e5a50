// How a provider's API is read: paths, headers and the shape of its lists, as a table of functions.
// Pure; api_client.hpp does the asking.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/time.hpp"

namespace providers {

/// In a resource: when the provider made it.
inline constexpr std::string_view k_created_keys[] = {"created_at", "created", "created_date"};

/// By the time at which the provider made something; `to` does not belong to it.
struct TimeRange {
  domain::Time from{};
  domain::Time to{};
};

/// One refund, charge or event as the API gave it.
struct ApiItem {
  std::string id;                          // empty: it names none that is usable
  std::optional<domain::Time> created_at;  // at the provider
  std::string json;                        // the object alone, compact, from parse_object
};

struct ApiPage {
  std::vector<ApiItem> items;
  std::optional<std::int64_t> total;  // of the whole list, where the provider counts
  std::optional<bool> has_more;       // as the provider says; nullopt: it does not
};

struct Api {
  /// Without a slash at the end.
  std::string_view url;
  /// In the envelope that we put around one resource: the same as of the provider's events.
  std::string_view type_key;
  /// Lists begin with the newest and know no times: what is outside a range is passed over here.
  bool newest_first = false;

  std::vector<std::string> (*header_lines)(std::string_view key);  // "Name: value"
  /// Empty where this refund cannot be asked for alone (Omise: its charge is not known).
  std::string (*refund_path)(std::string_view refund_id, std::string_view charge_id);
  std::string (*charge_path)(std::string_view charge_id);
  std::string (*refunds_path)(const TimeRange&);
  std::string (*events_path)(const TimeRange&);
  /// Where a list goes on that began with `first_path`; empty: this was its end; nullopt: the page
  /// does not say, and must not count as the last one. `seen`: how many items of the list came so
  /// far, those of `page` included.
  std::optional<std::string> (*next_path)(std::string_view first_path, const ApiPage& page,
                                          std::size_t seen);
  /// Whether the provider knows that this event was answered well here; nullopt: it does not say.
  std::optional<bool> (*was_answered)(const ApiItem& event);
};

/// nullopt where the body is not a list.
std::optional<ApiPage> parse_page(std::string_view body);

/// nullopt where the body is not an object.
std::optional<ApiItem> parse_item(std::string_view body);

/// What may stand between two slashes of a path, other bytes as %XX.
std::string path_segment(std::string_view text);

}  // namespace providers
