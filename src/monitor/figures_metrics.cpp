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

void add_readings(std::vector<MetricFamily>& families, const store::Figures& figures,
                  domain::Time now) {
  auto catching_up = gauge_family("refundd_catching_up",
                                  "1 while a gap is being closed from the provider's lists");
  auto unreadable = gauge_family("refundd_provider_unreadable",
                                 "1 while the provider's API cannot be read, by what stands in "
                                 "the way");
  auto known = gauge_family("refundd_provider_lists_age_seconds",
                            "Since when the provider's lists are not known");
  auto due = gauge_family("refundd_reads_due", "Refunds that are to be asked for now");
  for (const store::SourceReading& reading : figures.readings) {
    add(catching_up, {{"source", reading.source}}, reading.catching_up_since ? 1 : 0);
    add(due, {{"source", reading.source}}, static_cast<double>(reading.due));
    if (!reading.last_error_kind.empty()) {
      add(unreadable, {{"source", reading.source}, {"kind", reading.last_error_kind}}, 1);
    }
    if (reading.known_until) {
      add(known, {{"source", reading.source}}, age(*reading.known_until, now));
    }
  }
  for (auto* family : {&catching_up, &unreadable, &known, &due}) {
    families.push_back(std::move(*family));
  }
}

void add_deliveries(std::vector<MetricFamily>& families, const store::Figures& figures) {
  auto deliveries = gauge_family("refundd_deliveries_of_last_day",
                                 "Events of the last counted day: what the provider says that it "
                                 "sent, and what is here");
  for (const store::DeliveryCount& count : figures.deliveries) {
    const auto add_count = [&](const char* what, std::int64_t number) {
      add(deliveries, {{"source", count.source}, {"what", what}}, static_cast<double>(number));
    };
    add_count("sent", count.sent);
    add_count("held", count.held);
    add_count("recovered", count.recovered);
    add_count("unanswered", count.unanswered);
  }
  families.push_back(std::move(deliveries));
}

}  // namespace

std::vector<MetricFamily> figures_metrics(const Snapshot& snapshot, domain::Time now) {
  std::vector<MetricFamily> families;
  add_sinks(families, snapshot.figures, now);
  add_refunds(families, snapshot, now);
  add_anomalies(families, snapshot.figures);
  add_readings(families, snapshot.figures, now);
  add_deliveries(families, snapshot.figures);
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
