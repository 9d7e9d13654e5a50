#include "reads/read_context.hpp"

#include "providers/signature.hpp"
#include "store/failure.hpp"

namespace reads {

store::Delivery delivery_of(const providers::Source& source, providers::ReadEvent read,
                            domain::Time now) {
  store::Delivery delivery;
  delivery.event = std::move(read.event);
  delivery.received_at = now;
  delivery.body_sha256 = providers::sha256(read.body);
  delivery.body = std::move(read.body);
  delivery.headers_json = "{}";
  delivery.limits = source.provider->limits;
  delivery.has_test_recipient = source.has_test_recipient;
  return delivery;
}

std::vector<domain::Verdict> take_in(const ReadContext& context,
                                     std::vector<providers::ReadEvent> reads) {
  std::vector<store::Delivery> deliveries;
  const domain::Time now = context.clock();
  for (providers::ReadEvent& read : reads) {
    deliveries.push_back(delivery_of(context.source, std::move(read), now));
  }
  const auto result = ingest::commit(context.connection, deliveries, context.clock);
  std::vector<domain::Verdict> verdicts;
  for (const ingest::Outcome& outcome : result.outcomes) {
    if (const auto* away = std::get_if<ingest::Unavailable>(&outcome)) {
      throw store::Failure{store::FailureKind::unavailable, away->reason,
                           /*connection_lost=*/true};
    }
    verdicts.push_back(std::get<domain::Verdict>(outcome));
  }
  if (!verdicts.empty() && context.committed) {
    context.committed();
  }
  return verdicts;
}

}  // namespace reads
