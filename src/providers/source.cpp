#include "providers/source.hpp"

#include <algorithm>

namespace providers {

namespace {

DecodeOptions decode_options(const Source& source, const Authenticity& authenticity,
                             domain::Time received_at) {
  DecodeOptions options;
  options.source = source.name;
  options.livemode = source.livemode;
  options.missing_status = source.missing_status;
  options.currency_default = source.currency_default;
  options.evidence = source.provider->evidence;
  options.received_at = received_at;
  if (authenticity.signed_at) {
    // A signature's time may lie in any year; nothing was signed after it came to us.
    options.signed_at = std::min(*authenticity.signed_at, received_at);
  }
  return options;
}

void mark_late(domain::Event& event, std::chrono::seconds tolerance) {
  event.disposition = domain::Disposition::late;
  event.anomaly = domain::AnomalyKind::late_signature;
  event.reason = "the signature is right, but its time is more than " +
                 std::to_string(tolerance.count()) + " seconds away from ours";
}

}  // namespace

std::string_view to_string(Trust trust) {
  switch (trust) {
    case Trust::trusted:
      return "trusted";
    case Trust::late:
      return "late";
    case Trust::missing_signature:
      return "missing_signature";
    case Trust::malformed_signature:
      return "malformed_signature";
    case Trust::wrong_signature:
      return "wrong_signature";
  }
  return "unknown";
}

Accepted accept(const Source& source, const Headers& headers, std::string_view body,
                domain::Time received_at) {
  const Authenticity authenticity = source.provider->authenticate(
      headers, body, {source.secrets, source.timestamp_tolerance, received_at});
  if (authenticity.trust != Trust::trusted && authenticity.trust != Trust::late) {
    return Unauthenticated{authenticity.trust};
  }
  Decoded decoded =
      source.provider->decode(body, decode_options(source, authenticity, received_at));
  if (auto* const refused = std::get_if<NotAnEvent>(&decoded)) {
    return std::move(*refused);
  }
  auto& event = std::get<domain::Event>(decoded);
  if (authenticity.trust == Trust::late) {
    mark_late(event, source.timestamp_tolerance);
  }
  return std::move(event);
}

}  // namespace providers
