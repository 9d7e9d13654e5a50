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
  snapshot.figures.readings = {
      {"omise-th", k_now - 20s, k_now - 1h, k_now - 20s, "authentication", "401", 3},
      {"payjp-jp", k_now - 40s, std::nullopt, k_now - 40s, "", "", 0}};
  snapshot.figures.deliveries = {{"omise-th", "2026-11-21", 412, 411, 3, 7}};
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
# HELP refundd_catching_up 1 while a gap is being closed from the provider's lists
# TYPE refundd_catching_up gauge
refundd_catching_up{source="omise-th"} 1
refundd_catching_up{source="payjp-jp"} 0
# HELP refundd_provider_unreadable 1 while the provider's API cannot be read, by what stands in the way
# TYPE refundd_provider_unreadable gauge
refundd_provider_unreadable{source="omise-th",kind="authentication"} 1
# HELP refundd_provider_lists_age_seconds Since when the provider's lists are not known
# TYPE refundd_provider_lists_age_seconds gauge
refundd_provider_lists_age_seconds{source="omise-th"} 20
refundd_provider_lists_age_seconds{source="payjp-jp"} 40
# HELP refundd_reads_due Refunds that are to be asked for now
# TYPE refundd_reads_due gauge
refundd_reads_due{source="omise-th"} 3
refundd_reads_due{source="payjp-jp"} 0
# HELP refundd_deliveries_of_last_day Events of the last counted day: what the provider says that it sent, and what is here
# TYPE refundd_deliveries_of_last_day gauge
refundd_deliveries_of_last_day{source="omise-th",what="sent"} 412
refundd_deliveries_of_last_day{source="omise-th",what="held"} 411
refundd_deliveries_of_last_day{source="omise-th",what="recovered"} 3
refundd_deliveries_of_last_day{source="omise-th",what="unanswered"} 7
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
