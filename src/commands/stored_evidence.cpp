#include "commands/stored_evidence.hpp"

#include <algorithm>
#include <variant>

#include "commands/orders_import.hpp"
#include "providers/own_report.hpp"

namespace commands {
namespace {

bool is_our_own(domain::Evidence evidence) {
  return evidence == domain::Evidence::statement || evidence == domain::Evidence::operator_;
}

providers::DecodeOptions options_of(const store::StoredEvidence& evidence,
                                    const providers::Source& source) {
  providers::DecodeOptions options;
  options.source = source.name;
  options.livemode = source.livemode;
  options.missing_status = source.missing_status;
  options.currency_default = source.currency_default;
  options.evidence = evidence.evidence;
  options.received_at = evidence.received_at;
  return options;
}

std::optional<domain::Event> read_event(const store::StoredEvidence& evidence,
                                        const providers::Source& source,
                                        std::span<const providers::Source> sources) {
  if (is_imported_line(evidence)) {
    return read_imported_line(evidence, sources);
  }
  const auto options = options_of(evidence, source);
  auto decoded = is_our_own(evidence.evidence)
                     ? providers::decode_own_report(evidence.body, options)
                     : source.provider->decode(evidence.body, options);
  auto* const event = std::get_if<domain::Event>(&decoded);
  return event == nullptr ? std::nullopt : std::optional{std::move(*event)};
}

// Where neither event nor resource names a time, the signature's counted, which is not stored.
void set_time(domain::Event& event, domain::Time occurred_at) {
  event.occurred_at = occurred_at;
  if (event.refund) {
    event.refund->occurred_at = occurred_at;
  }
  if (event.charge) {
    event.charge->occurred_at = occurred_at;
  }
}

// A status that is not known changes nothing but lets the refund's charge be learned; any other
// unsupported event was set aside whole, also where a later version would understand it.
bool was_set_aside(const store::StoredEvidence& evidence, const domain::Event& event) {
  const bool has_unknown_status = event.refund && !event.refund->status;
  return evidence.verdict == domain::Verdict::unsupported && !has_unknown_status;
}

}  // namespace

std::optional<store::Delivery> delivery_of(const store::StoredEvidence& evidence,
                                           std::span<const providers::Source> sources) {
  const auto source = std::ranges::find(sources, evidence.source, &providers::Source::name);
  if (source == sources.end() || source->provider == nullptr) {
    return std::nullopt;
  }
  auto event = read_event(evidence, *source, sources);
  if (!event) {
    return std::nullopt;
  }
  set_time(*event, evidence.occurred_at);
  if (was_set_aside(evidence, *event)) {
    event->disposition = domain::Disposition::unsupported;
  }
  store::Delivery delivery;
  delivery.event = *std::move(event);
  delivery.received_at = evidence.received_at;
  delivery.headers_json = "{}";
  delivery.limits = source->provider->limits;
  return delivery;
}

}  // namespace commands
