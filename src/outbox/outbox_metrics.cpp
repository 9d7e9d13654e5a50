#include "outbox/outbox_metrics.hpp"

#include <prometheus/registry.h>

namespace outbox {
namespace {

const char* name_of(store::FinishKind outcome) {
  switch (outcome) {
    case store::FinishKind::sent:
      return "sent";
    case store::FinishKind::retry:
      return "retry";
    case store::FinishKind::dead:
      return "dead";
  }
  __builtin_unreachable();
}

}  // namespace

OutboxMetrics::OutboxMetrics(prometheus::Registry& registry)
    : sends_{prometheus::BuildCounter()
                 .Name("refundd_outbox_sends_total")
                 .Help("Sends that ended, by sink and outcome; dead without a send counts too")
                 .Register(registry)} {}

void OutboxMetrics::note(const std::string& sink, store::FinishKind outcome) {
  counter(sink, outcome).Increment();
}

void OutboxMetrics::begin_with(const std::vector<std::string>& sinks) {
  using Kind = store::FinishKind;
  for (const std::string& sink : sinks) {
    for (const Kind outcome : {Kind::sent, Kind::retry, Kind::dead}) {
      counter(sink, outcome);
    }
  }
}

prometheus::Counter& OutboxMetrics::counter(const std::string& sink, store::FinishKind outcome) {
  return sends_.Add({{"sink", sink}, {"outcome", name_of(outcome)}});
}

}  // namespace outbox
