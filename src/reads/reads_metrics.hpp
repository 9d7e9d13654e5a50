// What was asked and what was recovered, counted for Prometheus. From any thread.
#pragma once

#include <prometheus/counter.h>
#include <prometheus/family.h>

#include <string>
#include <string_view>

namespace prometheus {
class Registry;
}

namespace reads {

class ReadsMetrics {
 public:
  /// `registry` must outlive it.
  explicit ReadsMetrics(prometheus::Registry& registry);

  /// `outcome`: "agrees", "news", "disputed", "unclear", or the kind of an error.
  void note_answer(const std::string& source, std::string_view outcome);
  /// `what`: "event", "refund": known here only because it was read.
  void note_recovered(const std::string& source, std::string_view what, std::size_t count);

  /// Counts from zero for each, so that the first one is an increase.
  void begin_with(const std::string& source);

 private:
  prometheus::Family<prometheus::Counter>& answers_;
  prometheus::Family<prometheus::Counter>& recovered_;
};

}  // namespace reads
