// Group commit and database, counted for Prometheus. Lives on the event-loop thread; the metrics
// themselves may be read from any.
#pragma once

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>

#include <chrono>

#include "store/failure.hpp"

namespace prometheus {
class Registry;
}

namespace ingest {

class IngestMetrics {
 public:
  /// `registry` must outlive it.
  explicit IngestMetrics(prometheus::Registry& registry);

  /// `took`: from handing the batch over until its outcome is back.
  void note_batch(std::size_t events, std::chrono::duration<double> took);
  void note_failure(store::FailureKind kind, int count);
  void note_connected() { connects_.Increment(); }

  void set_queue(std::size_t events, std::size_t limit);

 private:
  prometheus::Histogram& batch_events_;
  prometheus::Histogram& batch_seconds_;
  prometheus::Family<prometheus::Counter>& failures_;
  prometheus::Counter& connects_;
  prometheus::Gauge& queue_;
  prometheus::Gauge& queue_limit_;
};

}  // namespace ingest
