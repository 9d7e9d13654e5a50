#include "monitor/figures_metrics.hpp"

#include <algorithm>
#include <utility>

namespace monitor {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using Labels = std::vector<ClientMetric::Label>;

MetricFamily gauge_family(std::string name, std::string help) {
  return {std::move(name), std::move(help), prometheus::MetricType::Gauge, {}};
}

void add(MetricFamily& family, Labels labels, double value) {
  ClientMetric metric;
  metric.label = std::move(labels);
  metric.gauge.value = value;
  family.metric.push_back(std::move(metric));
}

// Clocks of two machines may differ by a moment: nothing is younger than now.
double age(domain::Time then, domain::Time now) {
  return std::max(0.0, std::chrono::duration<double>{now - then}.count());
}

void add_sinks(std::vector<MetricFamily>& families, const store::Figures& figures,
               domain::Time now) {
  auto messages = gauge_family("refundd_outbox_messages", "Messages that wait, and that are dead");
  auto oldest =
      gauge_family("refundd_outbox_oldest_pending_seconds", "Since the oldest one was written");
  for (const store::SinkFigures& sink : figures.sinks) {
    add(messages, {{"sink", sink.sink}, {"state", "pending"}}, static_cast<double>(sink.pending));
    add(messages, {{"sink", sink.sink}, {"state", "dead"}}, static_cast<double>(sink.dead));
    if (sink.oldest_pending) {
      add(oldest, {{"sink", sink.sink}}, age(*sink.oldest_pending, now));
    }
  }
  families.push_back(std::move(messages));
  families.push_back(std::move(oldest));
}

void add_refunds(std::vector<MetricFamily>& families, const Snapshot& snapshot, domain::Time now) {
  auto refunds = gauge_family("refundd_refunds", "Refunds by state; counted now and then");
  for (const store::RefundCount& count : snapshot.refunds) {
    add(refunds, {{"source", count.source}, {"status", count.status}},
        static_cast<double>(count.count));
  }
  auto oldest = gauge_family("refundd_refund_oldest_pending_seconds",
                             "Since the oldest pending refund was requested");
  for (const store::PendingRefunds& pending : snapshot.figures.pending_refunds) {
    add(oldest, {{"source", pending.source}}, age(pending.oldest, now));
  }
  families.push_back(std::move(refunds));
  families.push_back(std::move(oldest));
}

void add_anomalies(std::vector<MetricFamily>& families, const store::Figures& figures) {
  auto open = gauge_family("refundd_anomalies_open", "Anomalies that nobody has resolved");
  for (const auto& [kind, count] : figures.open_anomalies) {
    add(open, {{"kind", kind}}, static_cast<double>(count));
  }
  families.push_back(std::move(open));
}

}  // namespace

std::vector<MetricFamily> figures_metrics(const Snapshot& snapshot, domain::Time now) {
  std::vector<MetricFamily> families;
  add_sinks(families, snapshot.figures, now);
  add_refunds(families, snapshot, now);
  add_anomalies(families, snapshot.figures);
  return families;
}

MetricFamily silence_metric(const std::map<std::string, domain::Time>& in_database,
                            const std::map<std::string, std::optional<domain::Time>>& here,
                            domain::Time now) {
  auto family =
      gauge_family("refundd_source_seconds_since_good_event", "Since an event of it was committed");
  for (const auto& [source, seen_here] : here) {
    auto last = seen_here;
    if (const auto known = in_database.find(source); known != in_database.end()) {
      last = std::max(last, std::optional{known->second});
    }
    if (last) {
      add(family, {{"source", source}}, age(*last, now));
    }
  }
  return family;
}

MetricFamily gauge_metric(std::string name, std::string help, double value) {
  auto family = gauge_family(std::move(name), std::move(help));
  add(family, {}, value);
  return family;
}

}  // namespace monitor
