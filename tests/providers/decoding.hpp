// What the tests of the decoders share: fixtures, times, and bodies with one thing changed.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <variant>

#include "providers/json.hpp"
#include "providers/omise.hpp"
#include "providers/payjp.hpp"

namespace providers {

inline std::string fixture(const std::string& name) {
  std::ifstream file{std::string{REFUNDD_PROVIDER_FIXTURES} + "/" + name + ".json",
                     std::ios::binary};
  EXPECT_TRUE(file.is_open()) << name;
  return {std::istreambuf_iterator<char>{file}, {}};
}

inline domain::Time at(std::string_view text) {
  const auto time = domain::parse_rfc3339(text);
  EXPECT_TRUE(time) << text;
  return time.value_or(domain::Time{});
}

inline domain::Money money(std::int64_t amount_minor, std::string_view currency) {
  return {amount_minor, *domain::Currency::parse(currency)};
}

inline DecodeOptions live_options() {
  DecodeOptions options;
  options.source = "shop";
  options.received_at = at("2026-02-01T00:00:00Z");
  return options;
}

/// A live refund and its event with nothing optional in it; `changes` is an RFC 7396 merge patch.
inline std::string omise_body(std::string_view changes = "{}") {
  Json body = Json::parse(R"({"object": "event", "id": "evnt_1", "key": "refund.create",
    "livemode": true, "created_at": "2026-01-31T10:00:00Z",
    "data": {"object": "refund", "id": "rfnd_1", "charge": "chrg_1", "amount": 1000,
             "currency": "THB", "status": "pending"}})");
  body.merge_patch(Json::parse(changes));
  return body.dump();
}

inline std::string payjp_body(std::string_view changes = "{}") {
  Json body = Json::parse(R"({"object": "event", "id": "evnt_1", "type": "refund.created",
    "livemode": true, "created_at": "2026-01-31T10:00:00Z",
    "data": {"object": "payment_refund", "id": "re_1", "payment_flow_id": "pfw_1",
             "amount": 1000, "status": "pending"}})");
  body.merge_patch(Json::parse(changes));
  return body.dump();
}

/// `body` with the first `from` replaced: for JSON that the library would not write.
inline std::string with(std::string body, std::string_view from, std::string_view to) {
  const auto found = body.find(from);
  EXPECT_NE(found, std::string::npos) << from;
  return found == std::string::npos ? body : body.replace(found, from.size(), to);
}

inline domain::Event event_of(Decoded decoded) {
  EXPECT_TRUE(std::holds_alternative<domain::Event>(decoded));
  auto* const event = std::get_if<domain::Event>(&decoded);
  return event == nullptr ? domain::Event{} : std::move(*event);
}

inline domain::Event omise_event(std::string_view body,
                                 const DecodeOptions& options = live_options()) {
  return event_of(decode_omise(body, options));
}

inline domain::Event payjp_event(std::string_view body,
                                 const DecodeOptions& options = live_options()) {
  return event_of(decode_payjp(body, options));
}

inline void expect_quarantined(
    const domain::Event& event, std::string_view reason,
    domain::AnomalyKind anomaly = domain::AnomalyKind::undecodable_event) {
  EXPECT_EQ(event.disposition, domain::Disposition::quarantined);
  EXPECT_EQ(event.reason, reason);
  EXPECT_EQ(event.anomaly, anomaly);
  EXPECT_FALSE(event.refund);
  EXPECT_FALSE(event.charge);
}

}  // namespace providers
