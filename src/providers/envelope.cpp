#include "providers/envelope.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "providers/signature.hpp"

namespace providers {

namespace {

constexpr std::string_view k_invalid_event_type = "invalid";

// What a provider counts in an event about its own deliveries.
constexpr std::string_view k_delivery_counters[] = {"webhook_deliveries", "pending_webhooks"};

void read_mode(const Json& body, const DecodeOptions& options, domain::Event& event) {
  for (const Json* const value : {member(body, "livemode"), member(data_of(body), "livemode")}) {
    if (value == nullptr) {
      continue;
    }
    if (!value->is_boolean()) {
      quarantine(event, "livemode is neither true nor false");
      continue;
    }
    if (value->get<bool>() != options.livemode) {
      quarantine(event,
                 value->get<bool>() ? "the event is from live mode, its source is in test mode"
                                    : "the event is from test mode, its source is in live mode",
                 domain::AnomalyKind::mode_mismatch);
    }
  }
}

void read_type(const Json& body, const Dialect& dialect, domain::Event& event) {
  auto type = event_type_of(member(body, dialect.type_key));
  if (!type) {
    quarantine(event, "the event's type is not a usable word");
  }
  event.event_type = type ? std::move(*type) : k_invalid_event_type;
}

// Ids that we give ourselves: from a webhook they would make what is recorded later a duplicate.
bool is_reserved(std::string_view id) {
  constexpr std::array<std::string_view, 5> k_prefixes{
      "read:", "operator:", "statement:", "import:", "derived:"};
  return std::ranges::any_of(k_prefixes, [&](auto prefix) { return id.starts_with(prefix); });
}

void read_event_id(std::string_view text, const ParsedObject& parsed, domain::Event& event) {
  const Json* const value = member(parsed.value, "id");
  auto id = id_of(value);
  if (value != nullptr && !id) {
    quarantine(event, "the event's id is not usable");
  }
  // A body that could not be read to its end may hold a second id behind the end.
  const bool is_webhook = event.evidence == domain::Evidence::token_webhook ||
                          event.evidence == domain::Evidence::signed_webhook;
  const bool is_usable =
      id && parsed.state == JsonState::whole && !(is_webhook && is_reserved(*id));
  event.event_id = is_usable ? std::move(*id) : "derived:" + to_hex(sha256(text));
}

domain::Time occurred_at(const Json& body, const DecodeOptions& options, const Dialect& dialect) {
  if (const auto own = time_of(body, dialect.event_time_keys)) {
    return *own;
  }
  const auto resource = time_of(data_of(body), dialect.resource_time_keys);
  return resource ? *resource : options.signed_at.value_or(options.received_at);
}

// An answer of the API says the same whenever it was asked for.
bool is_read(const Json& body) {
  const Json* const object = member(body, "object");
  return object != nullptr && *object == "api_read";
}

domain::Sha256 content_sha256(std::string_view text, const ParsedObject& parsed) {
  if (parsed.state != JsonState::whole) {
    return sha256(text);
  }
  if (is_read(parsed.value)) {
    return sha256(dump_compact(data_of(parsed.value)));
  }
  // Digests of years ago are compared with this one: tests/providers/stored_bytes_test.cpp.
  return sha256(dump_compact(parsed.value, k_delivery_counters));
}

}  // namespace

void quarantine(domain::Event& event, std::string_view reason, domain::AnomalyKind anomaly) {
  if (event.disposition == domain::Disposition::quarantined) {
    return;
  }
  event.disposition = domain::Disposition::quarantined;
  event.reason = reason;
  event.anomaly = anomaly;
}

const Json& data_of(const Json& body) {
  static const Json k_none;
  const Json* const data = member(body, "data");
  return data != nullptr && data->is_object() ? *data : k_none;
}

domain::Event read_envelope(std::string_view text, const ParsedObject& parsed,
                            const DecodeOptions& options, const Dialect& dialect) {
  domain::Event event;
  event.source = options.source;
  event.livemode = options.livemode;
  event.evidence = options.evidence;
  if (parsed.state == JsonState::unusable) {
    quarantine(event, parsed.problem);
  }
  // The mode first: a test event in a live account says nothing about live money, whatever else is
  // wrong with it.
  read_mode(parsed.value, options, event);
  read_type(parsed.value, dialect, event);
  read_event_id(text, parsed, event);
  event.occurred_at = occurred_at(parsed.value, options, dialect);
  event.user_id = id_of(member(parsed.value, dialect.user_keys)).value_or("");
  event.content_sha256 = content_sha256(text, parsed);
  return event;
}

}  // namespace providers
