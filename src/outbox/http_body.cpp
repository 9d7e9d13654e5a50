#include "outbox/http_body.hpp"

#include "outbox/http_body_json.hpp"

namespace outbox {

std::optional<HttpPreset> http_preset_of(std::string_view name) {
  static constexpr std::pair<std::string_view, HttpPreset> k_presets[] = {
      {"generic", HttpPreset::generic},
      {"zendesk", HttpPreset::zendesk},
      {"slack", HttpPreset::slack},
      {"pagerduty", HttpPreset::pagerduty}};
  for (const auto& [known, preset] : k_presets) {
    if (known == name) {
      return preset;
    }
  }
  return std::nullopt;
}

HttpRequestOrNot http_request(HttpPreset preset, const Outgoing& message,
                              const HttpTarget& target) {
  switch (preset) {
    case HttpPreset::generic:
      return generic_request(message, target);
    case HttpPreset::zendesk:
      return zendesk_request(message, target);
    case HttpPreset::slack:
      return slack_request(message, target);
    case HttpPreset::pagerduty:
      return pagerduty_request(message, target);
  }
  __builtin_unreachable();
}

std::string as_body(const OrderedJson& object) {
  return object.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

OrderedJson payload_of(const Outgoing& message) {
  auto payload = OrderedJson::parse(message.payload_json, nullptr, /*allow_exceptions=*/false);
  // A jsonb column wrote it, so it is JSON; a message is worth more than being strict about it.
  return payload.is_object() ? payload : OrderedJson::object();
}

OrderedJson text_or_null(const std::string& text) {
  return text.empty() ? OrderedJson(nullptr) : OrderedJson(text);
}

}  // namespace outbox
