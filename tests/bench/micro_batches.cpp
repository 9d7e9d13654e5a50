// What a batch costs in this process, beside the database: its decisions, and its way into the
// parameters of the statements. One iteration is the whole batch.

#include <benchmark/benchmark.h>

#include <span>
#include <vector>

#include "bench/counted_heap.hpp"
#include "bench/webhook_samples.hpp"
#include "domain/books.hpp"
#include "store/columns.hpp"

namespace bench {
namespace {

constexpr std::int64_t k_usual_batch = 32;
constexpr std::int64_t k_largest_batch = 500;

void count_events(benchmark::State& state) {
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void decide_batch(benchmark::State& state) {
  const auto deliveries = omise_deliveries(static_cast<std::size_t>(state.range(0)));
  const HeapMeter heap{state};
  for ([[maybe_unused]] auto iteration : state) {
    domain::Books books;
    for (const store::Delivery& delivery : deliveries) {
      books.apply(delivery.event, {delivery.limits, delivery.has_test_recipient});
    }
    books.examine_touched();
    if (books.audit().size() != deliveries.size() || !books.anomalies().empty()) {
      state.SkipWithError("decided otherwise");
    }
  }
  count_events(state);
}
BENCHMARK(decide_batch)->Arg(k_usual_batch)->Arg(k_largest_batch);

using store::Type;

// The columns of webhook_events.
constexpr Type k_event_columns[] = {Type::text,        Type::text,        Type::text,  Type::text,
                                    Type::text,        Type::text,        Type::text,  Type::text,
                                    Type::timestamptz, Type::timestamptz, Type::bytea, Type::bytea,
                                    Type::text};

void add_event(store::Columns& columns, const store::Delivery& delivery) {
  const domain::Event& event = delivery.event;
  columns.add_row(event.source, event.event_id, event.event_type,
                  store::text_or_null(event.refund_id), store::text_or_null(event.charge_id),
                  to_string(domain::Verdict::applied), store::text_or_null(event.reason),
                  to_string(event.evidence), event.occurred_at, delivery.received_at,
                  delivery.body_sha256, event.content_sha256,
                  store::text_or_null(delivery.remote_address));
}

// The columns of webhook_payloads.
constexpr Type k_payload_columns[] = {Type::text, Type::text, Type::timestamptz, Type::jsonb,
                                      Type::bytea};

void add_payload(store::Columns& columns, const store::Delivery& delivery) {
  columns.add_row(delivery.event.source, delivery.event.event_id, delivery.received_at,
                  delivery.headers_json, std::as_bytes(std::span{delivery.body}));
}

void make_arrays(store::Columns& columns) {
  for (store::Column& column : columns.all()) {
    benchmark::DoNotOptimize(column.array());
  }
}

void encode_batch(benchmark::State& state) {
  const auto deliveries = omise_deliveries(static_cast<std::size_t>(state.range(0)));
  const HeapMeter heap{state};
  for ([[maybe_unused]] auto iteration : state) {
    store::Columns events{k_event_columns};
    store::Columns payloads{k_payload_columns};
    for (const store::Delivery& delivery : deliveries) {
      add_event(events, delivery);
      add_payload(payloads, delivery);
    }
    make_arrays(events);
    make_arrays(payloads);
  }
  count_events(state);
}
BENCHMARK(encode_batch)->Arg(k_usual_batch)->Arg(k_largest_batch);

}  // namespace
}  // namespace bench
