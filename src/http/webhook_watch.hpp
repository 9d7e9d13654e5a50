// What became of each webhook request, counted: for Prometheus, and for the health of each source.
//
// Lives on the event-loop thread; the counters themselves may be read from any.
#pragma once

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/histogram.h>

#include <chrono>
#include <map>
#include <string>

#include "http/answer.hpp"
#include "http/source_health.hpp"
#include "ingest/ingest.hpp"
#include "providers/source.hpp"

namespace prometheus {
class Registry;
}

namespace http {

class WebhookWatch {
 public:
  /// `registry` must outlive it.
  explicit WebhookWatch(prometheus::Registry& registry);

  /// Each answer but those to probes. `source` is empty where the request names none.
  void note_answer(const std::string& source, int status);
  /// From a whole request to its answer.
  void note_time(std::chrono::duration<double> took) { seconds_.Observe(took.count()); }
  void note_rejected(const std::string& source, std::string_view reason, domain::Time now);
  void note_committed(const providers::Source& source, const std::string& event_type,
                      domain::Verdict verdict, domain::Time now);

  /// Sources that nothing was heard of are not in it.
  [[nodiscard]] const std::map<std::string, SourceHealth>& health() const { return health_; }

 private:
  prometheus::Family<prometheus::Counter>& answers_;
  prometheus::Family<prometheus::Counter>& events_;
  prometheus::Family<prometheus::Counter>& authentication_failures_;
  prometheus::Histogram& seconds_;
  std::map<std::string, SourceHealth> health_;
};

}  // namespace http
