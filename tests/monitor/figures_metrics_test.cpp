#include "monitor/figures_metrics.hpp"

#include <gtest/gtest.h>
#include <prometheus/text_serializer.h>

namespace monitor {
namespace {

using namespace std::chrono_literals;

constexpr domain::Time k_now{1795291200s};

TEST(FiguresMetrics, SayWhatTheDatabaseSays) {
  Snapshot snapshot;
  snapshot.figures.sinks = {{"", 2, 0, k_now - 90s}, {"mail", 0, 3, std::nullopt}};
  snapshot.figures.pending_refunds = {{"omise-th", 5, k_now - 1h}};
  snapshot.figures.open_anomalies = {{"over_refund", 1}};
  snapshot.refunds = {{"omise-th", "pending", 5}, {"omise-th", "successful", 70}};
  EXPECT_EQ(prometheus::TextSerializer{}.Serialize(figures_metrics(snapshot, k_now)),
            R"(# HELP refundd_outbox_messages Messages that wait, and that are dead
# TYPE refundd_outbox_messages gauge
refundd_outbox_messages{sink="",state="pending"} 2
refundd_outbox_messages{sink="",state="dead"} 0
refundd_outbox_messages{sink="mail",state="pending"} 0
refundd_outbox_messages{sink="mail",state="dead"} 3
# HELP refundd_outbox_oldest_pending_seconds Since the oldest one was written
# TYPE refundd_outbox_oldest_pending_seconds gauge
refundd_outbox_oldest_pending_seconds{sink=""} 90
# HELP refundd_refunds Refunds by state; counted now and then
# TYPE refundd_refunds gauge
refundd_refunds{source="omise-th",status="pending"} 5
refundd_refunds{source="omise-th",status="successful"} 70
# HELP refundd_refund_oldest_pending_seconds Since the oldest pending refund was requested
# TYPE refundd_refund_oldest_pending_seconds gauge
refundd_refund_oldest_pending_seconds{source="omise-th"} 3600
# HELP refundd_anomalies_open Anomalies that nobody has resolved
# TYPE refundd_anomalies_open gauge
refundd_anomalies_open{kind="over_refund"} 1
)");
}

TEST(FiguresMetrics, ASourceIsAsSilentAsTheLastThatWasHeardOfItAnywhere) {
  const auto metric = silence_metric(
      {{"omise-th", k_now - 1h}, {"payjp-jp", k_now - 5s}, {"gone", k_now - 1s}},
      {{"omise-th", k_now - 7s}, {"payjp-jp", k_now - 1h}, {"silent", std::nullopt}}, k_now);
  EXPECT_EQ(prometheus::TextSerializer{}.Serialize({metric}),
            R"(# HELP refundd_source_seconds_since_good_event Since an event of it was committed
# TYPE refundd_source_seconds_since_good_event gauge
refundd_source_seconds_since_good_event{source="omise-th"} 7
refundd_source_seconds_since_good_event{source="payjp-jp"} 5
)");
}

TEST(FiguresMetrics, NothingIsYoungerThanNow) {
  const auto metric = silence_metric({}, {{"omise-th", k_now + 3s}}, k_now);
  EXPECT_EQ(metric.metric.front().gauge.value, 0);
}

}  // namespace
}  // namespace monitor
