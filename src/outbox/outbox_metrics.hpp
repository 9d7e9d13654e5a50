// What became of each send, counted for Prometheus. From any thread.
#pragma once

#include <prometheus/counter.h>
#include <prometheus/family.h>

#include <string>
#include <vector>

#include "store/finish_messages.hpp"

namespace prometheus {
class Registry;
}

namespace outbox {

class OutboxMetrics {
 public:
  /// `registry` must outlive it.
  explicit OutboxMetrics(prometheus::Registry& registry);

  /// A send has ended, or a message ended before it was sent. `sink` may be empty: it had none.
  void note(const std::string& sink, store::FinishKind outcome);

  /// Counts from zero for each, so that the first failure is an increase.
  void begin_with(const std::vector<std::string>& sinks);

 private:
  prometheus::Counter& counter(const std::string& sink, store::FinishKind outcome);

  prometheus::Family<prometheus::Counter>& sends_;
};

}  // namespace outbox
