#include "ingest/ingest_metrics.hpp"

#include <prometheus/registry.h>

#include <string>

namespace ingest {
namespace {

using prometheus::BuildCounter;
using prometheus::BuildGauge;
using prometheus::BuildHistogram;

const prometheus::Histogram::BucketBoundaries k_events{1, 2, 5, 10, 20, 50, 100, 200, 500, 1000};
const prometheus::Histogram::BucketBoundaries k_seconds{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                        0.1,   0.25,   0.5,   1,    2.5,   5};

}  // namespace

IngestMetrics::IngestMetrics(prometheus::Registry& registry)
    : batch_events_{BuildHistogram()
                        .Name("refundd_ingest_batch_events")
                        .Help("Events in one transaction")
                        .Register(registry)
                        .Add({}, k_events)},
      batch_seconds_{BuildHistogram()
                         .Name("refundd_ingest_batch_seconds")
                         .Help("Time of one batch, tries again included")
                         .Register(registry)
                         .Add({}, k_seconds)},
      failures_{BuildCounter()
                    .Name("refundd_database_errors_total")
                    .Help("Statements, commits and connects that failed")
                    .Register(registry)},
      connects_{BuildCounter()
                    .Name("refundd_database_connects_total")
                    .Help("Sessions that were opened, the first ones included")
                    .Register(registry)
                    .Add({})},
      queue_{BuildGauge()
                 .Name("refundd_ingest_queue_events")
                 .Help("Events that wait for a database thread")
                 .Register(registry)
                 .Add({})},
      queue_limit_{BuildGauge()
                       .Name("refundd_ingest_queue_limit_events")
                       .Help("With so many waiting, further ones are answered 503")
                       .Register(registry)
                       .Add({})} {
  using Kind = store::FailureKind;
  for (const Kind kind :
       {Kind::retry, Kind::exists, Kind::in_doubt, Kind::rejected, Kind::unavailable}) {
    note_failure(kind, 0);
  }
}

void IngestMetrics::note_batch(std::size_t events, std::chrono::duration<double> took) {
  batch_events_.Observe(static_cast<double>(events));
  batch_seconds_.Observe(took.count());
}

void IngestMetrics::note_failure(store::FailureKind kind, int count) {
  failures_.Add({{"kind", std::string{store::to_string(kind)}}}).Increment(count);
}

void IngestMetrics::set_queue(std::size_t events, std::size_t limit) {
  queue_.Set(static_cast<double>(events));
  queue_limit_.Set(static_cast<double>(limit));
}

}  // namespace ingest
