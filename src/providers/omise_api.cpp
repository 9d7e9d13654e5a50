#include <algorithm>

#include "providers/api.hpp"
#include "providers/fields.hpp"
#include "providers/omise.hpp"
#include "runtime/base64.hpp"

namespace providers {
namespace {

// docs.omise.co/api-pagination: at most 100.
constexpr std::string_view k_limit = "100";
constexpr std::string_view k_version = "2019-05-29";

std::vector<std::string> header_lines(std::string_view key) {
  return {"Authorization: Basic " + runtime::encode_base64(std::string{key} + ":"),
          "Omise-Version: " + std::string{k_version}};
}

std::string refund_path(std::string_view refund_id, std::string_view charge_id) {
  if (charge_id.empty()) {
    return "";
  }
  return "/charges/" + path_segment(charge_id) + "/refunds/" + path_segment(refund_id);
}

std::string charge_path(std::string_view charge_id) {
  return "/charges/" + path_segment(charge_id);
}

// A fixed end: what comes later does not move the places of what is read.
std::string list_path(std::string_view name, const TimeRange& range) {
  return "/" + std::string{name} + "?limit=" + std::string{k_limit} +
         "&order=chronological&from=" + path_segment(domain::format_rfc3339(range.from)) +
         "&to=" + path_segment(domain::format_rfc3339(range.to));
}

std::string refunds_path(const TimeRange& range) {
  return list_path("refunds", range);
}

std::string events_path(const TimeRange& range) {
  return list_path("events", range);
}

std::optional<std::string> next_path(std::string_view first_path, const ApiPage& page,
                                     std::size_t seen) {
  if (!page.total) {
    return std::nullopt;
  }
  if (static_cast<std::int64_t>(seen) >= *page.total) {
    return "";
  }
  if (page.items.empty()) {
    return std::nullopt;
  }
  return std::string{first_path} + "&offset=" + std::to_string(seen);
}

std::optional<bool> was_answered(const ApiItem& event) {
  const ParsedObject parsed = parse_object(event.json);
  const Json* const deliveries = member(parsed.value, "webhook_deliveries");
  if (deliveries == nullptr || !deliveries->is_array() || deliveries->empty()) {
    return std::nullopt;
  }
  return std::ranges::any_of(*deliveries, [](const Json& delivery) {
    const Json* const status = member(delivery, "status");
    return status != nullptr && status->is_number_integer() && *status >= 200 && *status <= 299;
  });
}

}  // namespace

constinit const Api k_omise_api{
    .url = "https://api.omise.co",
    .type_key = "key",
    .newest_first = false,
    .header_lines = header_lines,
    .refund_path = refund_path,
    .charge_path = charge_path,
    .refunds_path = refunds_path,
    .events_path = events_path,
    .next_path = next_path,
    .was_answered = was_answered,
};

}  // namespace providers
