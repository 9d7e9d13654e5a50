#include "commands/replayed_event.hpp"

#include <algorithm>
#include <variant>

#include "providers/own_report.hpp"

namespace commands {
namespace {

using domain::Evidence;

providers::Decoded decode(const store::StoredBytes& stored, Evidence evidence,
                          const providers::Source& source) {
  providers::DecodeOptions options;
  options.source = source.name;
  options.livemode = source.livemode;
  options.missing_status = source.missing_status;
  options.currency_default = source.currency_default;
  options.evidence = evidence;
  // What it was when it came: its own time, else the resource's, the signature's or the receipt's.
  options.signed_at = stored.event.occurred_at;
  options.received_at = stored.event.received_at;
  const bool is_own = evidence == Evidence::operator_ || evidence == Evidence::statement;
  return is_own ? providers::decode_own_report(*stored.body, options)
                : source.provider->decode(*stored.body, options);
}

void sign_off(domain::Event& event, const Replayer& replayer) {
  event.user_id = replayer.user;
  event.note += (event.note.empty() ? "replayed" : "; replayed");
  event.note += replayer.reason.empty() ? "" : ": " + replayer.reason;
}

store::Delivery delivery_of(domain::Event event, const store::StoredBytes& stored,
                            const providers::Source& source) {
  store::Delivery delivery;
  delivery.event = std::move(event);
  delivery.received_at = stored.event.received_at;
  delivery.body = *stored.body;
  delivery.body_sha256 = stored.body_sha256;
  delivery.headers_json = "{}";
  delivery.remote_address = stored.event.remote_address;
  delivery.limits = source.provider->limits;
  delivery.has_test_recipient = source.has_test_recipient;
  delivery.replay = true;
  return delivery;
}

}  // namespace

ReplayedEvent read_again(const store::StoredBytes& stored,
                         std::span<const providers::Source> sources, const Replayer& replayer) {
  const auto source = std::ranges::find(sources, stored.event.source, &providers::Source::name);
  if (source == sources.end() || source->provider == nullptr) {
    return {std::nullopt, "its source is not configured"};
  }
  if (!stored.body) {
    return {std::nullopt, "its bytes are no longer kept"};
  }
  const auto evidence = domain::parse_evidence(stored.event.evidence);
  auto decoded = decode(stored, evidence.value_or(source->provider->evidence), *source);
  auto* const event = std::get_if<domain::Event>(&decoded);
  if (event == nullptr) {
    return {std::nullopt,
            "its bytes cannot be read: " + std::get<providers::NotAnEvent>(decoded).reason};
  }
  if (event->event_id != stored.event.event_id || event->content_sha256 != stored.content_sha256) {
    return {std::nullopt, "its bytes read as another event today"};
  }
  sign_off(*event, replayer);
  return {delivery_of(std::move(*event), stored, *source), ""};
}

}  // namespace commands
