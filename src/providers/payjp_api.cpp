#include "providers/api.hpp"
#include "providers/fields.hpp"
#include "providers/payjp.hpp"

namespace providers {
namespace {

constexpr std::string_view k_limit = "100";

std::vector<std::string> header_lines(std::string_view key) {
  return {"Authorization: Bearer " + std::string{key}};
}

std::string refund_path(std::string_view refund_id, std::string_view /*charge_id*/) {
  return "/v2/payment_refunds/" + path_segment(refund_id);
}

std::string charge_path(std::string_view charge_id) {
  return "/v2/payment_flows/" + path_segment(charge_id);
}

std::string list_path(std::string_view name) {
  return "/v2/" + std::string{name} + "?limit=" + std::string{k_limit};
}

std::string refunds_path(const TimeRange& /*range*/) {
  return list_path("payment_refunds");
}

std::string events_path(const TimeRange& /*range*/) {
  return list_path("events");
}

std::optional<std::string> next_path(std::string_view first_path, const ApiPage& page,
                                     std::size_t /*seen*/) {
  if (page.has_more == false) {
    return "";
  }
  if (!page.has_more || page.items.empty() || page.items.back().id.empty()) {
    return std::nullopt;
  }
  return std::string{first_path} + "&starting_after=" + path_segment(page.items.back().id);
}

std::optional<bool> was_answered(const ApiItem& event) {
  const ParsedObject parsed = parse_object(event.json);
  const Json* const pending = member(parsed.value, "pending_webhooks");
  return pending != nullptr && pending->is_number_integer() ? std::optional{*pending == 0}
                                                            : std::nullopt;
}

}  // namespace

constinit const Api k_payjp_api{
    .url = "https://api.pay.jp",
    .type_key = "type",
    .newest_first = true,
    .header_lines = header_lines,
    .refund_path = refund_path,
    .charge_path = charge_path,
    .refunds_path = refunds_path,
    .events_path = events_path,
    .next_path = next_path,
    .was_answered = was_answered,
};

}  // namespace providers
