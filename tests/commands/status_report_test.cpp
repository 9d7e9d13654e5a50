#include "commands/status_report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "commands/status.hpp"

namespace commands {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsSupersetOf;

constexpr domain::Time k_now{1795291200s};  // 2026-11-21T20:00:00Z

class StatusReportTest : public testing::Test {
 protected:
  StatusReportTest() {
    DaemonStatus daemon;
    daemon.address = "127.0.0.1:9090";
    daemon.version = "1.2.3";
    daemon.started_at = k_now - 72h;
    daemon.ready = true;
    daemon.certificate_ends_at = k_now + 24h * 62;
    daemon.sources = {{"omise-th", k_now - 2min, 3, k_now - 5min, "wrong_signature"}};
    facts_.daemons = {daemon};
    facts_.source_names = {"omise-th", "payjp-jp"};
    facts_.now = k_now;
  }

  [[nodiscard]] std::vector<std::string> needs() const { return report_status(facts_).needs; }
  [[nodiscard]] std::vector<std::string> sentences() const {
    return report_status(facts_).sentences;
  }

  StatusFacts facts_;
};

TEST_F(StatusReportTest, SaysInSentencesThatAllIsWell) {
  facts_.database.figures.sinks = {{"mail", 2, 0, k_now - 90s}};
  facts_.database.figures.pending_refunds = {{"omise-th", 4, k_now - 49h}};
  facts_.database.figures.open_anomalies = {{"past_window", 2}, {"unknown_order", 1}};
  EXPECT_THAT(sentences(),
              ElementsAre("refundd at 127.0.0.1:9090: version 1.2.3, up for 3 days, ready",
                          "omise-th: last good event 2 min ago; 3 rejected requests in the last "
                          "hour, the last one 5 min ago (wrong_signature)",
                          "payjp-jp: no good event in the last 30 days",
                          "refunds of omise-th: 4 pending, the oldest for 2 days",
                          "sink mail: 2 messages wait, the oldest for 1 min",
                          "open anomalies: 2 past_window, 1 unknown_order",
                          "certificate: ends in 62 days, at 2027-01-22T20:00:00Z"));
  EXPECT_THAT(needs(), IsEmpty());
}

TEST_F(StatusReportTest, TheDatabaseAndEachDaemonMayHaveSeenTheLastEvent) {
  facts_.database.last_events = {{"omise-th", k_now - 10min}, {"payjp-jp", k_now - 7s}};
  DaemonStatus other = facts_.daemons.front();
  other.sources = {{"omise-th", k_now - 30s, 1, k_now - 1min, "missing_signature"}};
  facts_.daemons.push_back(other);
  EXPECT_THAT(sentences(),
              Contains("omise-th: last good event 30 s ago; 4 rejected requests in the "
                       "last hour, the last one 1 min ago (missing_signature)"));
  EXPECT_THAT(sentences(), Contains("payjp-jp: last good event 7 s ago"));
}

TEST_F(StatusReportTest, ASourceThatOnlyRefusesNeedsAPerson) {
  facts_.daemons.front().sources = {{"omise-th", k_now - 61min, 1, k_now - 5s, "wrong_signature"}};
  EXPECT_THAT(needs(), ElementsAre(HasSubstr("omise-th had rejected requests")));
  facts_.daemons.front().sources = {{"omise-th", k_now - 59min, 1, k_now - 5s, "wrong_signature"}};
  EXPECT_THAT(needs(), IsEmpty());
}

TEST_F(StatusReportTest, DeadMessagesNeedAPersonAndWaitingOnesDoNot) {
  facts_.database.figures.sinks = {{"", 7, 0, k_now - 15min}, {"mail", 0, 1, std::nullopt}};
  EXPECT_THAT(needs(),
              ElementsAre("sink mail: 1 message is dead, nobody was told: refundctl outbox "
                          "list --state dead"));
  EXPECT_THAT(sentences(),
              Contains("messages without a sink: 7 messages wait, the oldest for 15 min"));
}

TEST_F(StatusReportTest, WhatWaitsForTooLongNeedsAPerson) {
  facts_.database.figures.sinks = {{"mail", 1, 0, k_now - 16min}};
  facts_.database.figures.pending_refunds = {{"omise-th", 1, k_now - 24h * 14}};
  EXPECT_THAT(needs(), ElementsAre(HasSubstr("sink mail: a message has waited for 16 min")));
  facts_.database.figures.pending_refunds = {{"omise-th", 1, k_now - 24h * 14 - 1s}};
  EXPECT_THAT(needs(), Contains(HasSubstr("a refund of omise-th has been pending for 14 days")));
}

TEST_F(StatusReportTest, WhatTheProviderSentAndIsNotHereNeedsAPerson) {
  facts_.database.figures.deliveries = {{"omise-th", "2026-11-20", 412, 412, 3, 9}};
  EXPECT_THAT(sentences(),
              Contains("omise-th, 2026-11-20: 412 sent, 412 held, 3 recovered by reading"));
  EXPECT_THAT(needs(), IsEmpty());
  facts_.database.figures.deliveries.front().held = 410;
  EXPECT_THAT(needs(), ElementsAre("2 events that omise-th sent on 2026-11-20 are not here"));
}

TEST_F(StatusReportTest, AnApiThatCannotBeReadNeedsAPersonAndCatchingUpDoesNot) {
  store::SourceReading reading;
  reading.source = "omise-th";
  reading.known_until = k_now - 2h;
  reading.catching_up_since = k_now - 5min;
  facts_.database.figures.readings = {reading};
  EXPECT_THAT(sentences(), IsSupersetOf({"the API of omise-th: all is known until 2 h ago",
                                         "omise-th: catching up since 5 min ago"}));
  EXPECT_THAT(needs(), IsEmpty());
  facts_.database.figures.readings.front().last_error_kind = "authentication";
  facts_.database.figures.readings.front().last_error = "the key is refused";
  EXPECT_THAT(needs(), ElementsAre("the API of omise-th cannot be read (authentication): "
                                   "the key is refused"));
}

TEST_F(StatusReportTest, AnAnomalyAboutMoneyNeedsAPerson) {
  facts_.database.figures.open_anomalies = {{"over_refund", 2}, {"past_window", 1}};
  EXPECT_THAT(needs(), ElementsAre("2 over_refund about money: refundctl anomalies list --kind "
                                   "over_refund"));
}

TEST_F(StatusReportTest, APageWithoutATimeIsNoFault) {
  facts_.daemons.front().sources = {{"omise-th", k_now, 1, std::nullopt, ""}};
  EXPECT_THAT(sentences(), Contains(HasSubstr("1 rejected request in the last hour")));
}

TEST_F(StatusReportTest, ACertificateNeedsAPersonInItsLastTwoWeeks) {
  facts_.daemons.front().certificate_ends_at = k_now + 24h * 14;
  EXPECT_THAT(needs(), IsEmpty());
  facts_.daemons.front().certificate_ends_at = k_now + 24h * 14 - 1s;
  EXPECT_THAT(needs(), ElementsAre(HasSubstr("the certificate ends at 2026-12-05T19:59:59Z")));
  facts_.daemons.front().certificate_ends_at = k_now - 1s;
  EXPECT_THAT(sentences(), Contains("certificate: ended at 2026-11-21T19:59:59Z"));
  facts_.daemons.front().certificate_ends_at = std::nullopt;
  EXPECT_THAT(needs(), IsEmpty());
}

TEST_F(StatusReportTest, WhatDoesNotAnswerNeedsAPerson) {
  facts_.daemons.front().problem = "Connection refused";
  facts_.database.problem = "no route";
  EXPECT_THAT(needs(), ElementsAre("refundd at 127.0.0.1:9090 does not answer: systemctl status "
                                   "refundd",
                                   "the database cannot be read: no route"));
}

TEST_F(StatusReportTest, ADaemonThatIsNotReadyNeedsAPerson) {
  facts_.daemons.front().ready = false;
  facts_.daemons.front().reason = "queue full";
  facts_.daemons.front().queue_events = 10000;
  EXPECT_THAT(needs(), ElementsAre("refundd at 127.0.0.1:9090 is not ready: queue full"));
  EXPECT_THAT(sentences(), Contains(HasSubstr("not ready: queue full; 10000 events wait")));
}

TEST(DurationText, IsRoundedDownToWhatPeopleSay) {
  const std::pair<std::chrono::seconds, const char*> cases[] = {
      {-5s, "0 s"},       {0s, "0 s"},       {59s, "59 s"},
      {60s, "1 min"},     {59min, "59 min"}, {60min, "1 h"},
      {48h - 1s, "47 h"}, {48h, "2 days"},   {24h * 400, "400 days"}};
  for (const auto& [duration, text] : cases) {
    EXPECT_EQ(duration_text(duration), text);
  }
}

TEST(DaemonPage, IsReadOrNamedAsForeign) {
  const auto status = read_daemon_status("127.0.0.1:1", R"({"version":"1.2.3",
      "started_at":"2026-11-21T20:00:00Z","ready":true,"reason":"","queue_events":2,
      "certificate_ends_at":null,"sources":[{"name":"omise-th","last_good_event_at":null,
      "rejected_in_hour":1,"last_rejected_at":"2026-11-21T20:00:00Z","last_rejection":"x"}]})");
  EXPECT_EQ(status.problem, "");
  EXPECT_EQ(status.started_at, k_now);
  EXPECT_EQ(status.queue_events, 2);
  ASSERT_EQ(status.sources.size(), 1U);
  EXPECT_EQ(status.sources.front().last_rejected, k_now);
  for (const auto* page : {"", "{}", "[]", "<html>", R"({"version":1})"}) {
    EXPECT_THAT(read_daemon_status("a", page).problem, HasSubstr("not this version")) << page;
  }
}

}  // namespace
}  // namespace commands
