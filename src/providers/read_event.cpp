#include "providers/read_event.hpp"

#include "providers/json.hpp"
#include "providers/signature.hpp"

namespace providers {
namespace {

constexpr std::size_t k_digest_digits = 32;

std::string id_of(std::string_view said, std::string_view contradicted) {
  std::string text{said};
  if (!contradicted.empty()) {
    text += '\n';
    text += contradicted;
  }
  return "read:" + to_hex(sha256(text)).substr(0, k_digest_digits);
}

std::optional<ReadEvent> decode(const Source& source, std::string body, domain::Time now) {
  DecodeOptions options;
  options.source = source.name;
  options.livemode = source.livemode;
  options.missing_status = source.missing_status;
  options.currency_default = source.currency_default;
  options.evidence = domain::Evidence::api_read;
  options.received_at = now;
  Decoded decoded = source.provider->decode(body, options);
  if (std::holds_alternative<NotAnEvent>(decoded)) {
    return std::nullopt;
  }
  return ReadEvent{std::get<domain::Event>(std::move(decoded)), std::move(body)};
}

// `data` is compact JSON from parse_object.
std::string envelope(const Source& source, std::string_view type, const std::string& id,
                     const std::optional<domain::Time>& as_of, const std::string& data) {
  std::string body = R"({"object":"api_read",")";
  body += source.provider->api->type_key;
  body += R"(":")";
  body += type;
  body += R"(","id":")" + id + "\"";
  if (as_of) {
    body += R"(,"created_at":")" + domain::format_rfc3339(*as_of) + "\"";
  }
  body += R"(,"data":)" + data + "}";
  return body;
}

}  // namespace

std::optional<ReadEvent> read_refund(const Source& source, const ApiItem& refund,
                                     const ReadTime& time, domain::Time now) {
  const std::string id = id_of(refund.json, time.contradicted);
  return decode(source, envelope(source, k_refund_read, id, time.as_of, refund.json), now);
}

std::optional<ReadEvent> read_charge(const Source& source, const ApiItem& charge,
                                     domain::Time now) {
  const std::string id = id_of(charge.json, "");
  return decode(source, envelope(source, k_charge_read, id, std::nullopt, charge.json), now);
}

std::optional<ReadEvent> read_listed_event(const Source& source, const ApiItem& event,
                                           domain::Time now) {
  return decode(source, event.json, now);
}

ReadEvent read_nothing(const Source& source, const std::string& refund_id, domain::AnomalyKind kind,
                       const std::string& sentence, const std::string& occasion, domain::Time now) {
  std::string data = R"({"object":"refund","id":)";
  append_string_for_jsonb(data, refund_id);
  data += "}";
  const std::string id = id_of(data + std::string{to_string(kind)}, occasion);
  auto read = *decode(source, envelope(source, k_refund_unanswered, id, now, data), now);
  read.event.anomaly = kind;
  read.event.reason = sentence;
  return read;
}

}  // namespace providers
