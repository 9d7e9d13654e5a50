#include "store/source_reads.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/database.hpp"
#include "store/delivery_counts.hpp"
#include "store/failure.hpp"

namespace store {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

class SourceReadsTest : public testing::Test {
 protected:
  std::optional<SourcePass> begin(int second, bool is_gap = false) {
    remember_source(connection_, "omise-th", known_until_, samples::at(second));
    return begin_pass(connection_, {"omise-th", is_gap, /*is_due=*/is_gap, 60s},
                      samples::at(second));
  }

  SourceReading reading() { return list_source_readings(connection_).at(0); }

  Database database_;
  Connection connection_ = database_.connect();
  domain::Time known_until_ = samples::at(10'000'000);
};

TEST_F(SourceReadsTest, WhatCameAfterTheStartIsNotTheLastKnownPoint) {
  store::apply(connection_, {delivery_of(samples::report(domain::RefundStatus::pending, 0, "e1"))});
  known_until_ = samples::at(-1'000'000);
  EXPECT_EQ(begin(50000)->events_from, samples::at(50000));
}

TEST_F(SourceReadsTest, TheFirstReadingBeginsWithTheLastKnownEvent) {
  store::apply(connection_, {delivery_of(samples::report(domain::RefundStatus::pending, 0, "e1"))});
  const auto received_at = database_.value(
      "SELECT extract(epoch FROM max(received_at))::bigint - 1700000000 FROM webhook_events");
  const auto pass = begin(50000);
  ASSERT_TRUE(pass);
  EXPECT_EQ(pass->events_from, samples::at(std::stoi(received_at)));
  EXPECT_EQ(pass->refunds_from, pass->events_from);
}

TEST_F(SourceReadsTest, WhereNothingIsKnownItBeginsNow) {
  EXPECT_EQ(begin(7)->events_from, samples::at(7));
}

TEST_F(SourceReadsTest, AFirstReadingThatFailsDoesNotMoveTheBegin) {
  begin(7);
  fail_pass(connection_, "omise-th", {"server", "500", samples::at(8)});
  EXPECT_EQ(begin(1000)->events_from, samples::at(7));
}

TEST_F(SourceReadsTest, OneReadsAndTheOthersWaitUntilItEndsOrIsGone) {
  const auto pass = begin(0);
  EXPECT_FALSE(begin(59, /*is_gap=*/true));
  EXPECT_TRUE(renew_pass(connection_, "omise-th", *pass, 60s, samples::at(59)));
  EXPECT_FALSE(begin(118, /*is_gap=*/true));
  EXPECT_TRUE(begin(119, /*is_gap=*/true)) << "the lease has ended";
  EXPECT_FALSE(renew_pass(connection_, "omise-th", *pass, 60s, samples::at(119)));
}

TEST_F(SourceReadsTest, AGapShowsUntilItIsClosed) {
  const auto pass = begin(0, /*is_gap=*/true);
  EXPECT_EQ(reading().catching_up_since, samples::at(0));
  finish_pass(connection_, "omise-th", *pass, samples::at(5), samples::at(300), samples::at(9));
  EXPECT_FALSE(reading().catching_up_since);
  EXPECT_EQ(reading().known_until, samples::at(5));
  EXPECT_FALSE(begin(299)) << "it is not time yet";
  EXPECT_EQ(begin(300)->events_from, samples::at(5));
}

TEST_F(SourceReadsTest, AProblemShowsUntilAReadingEndsWell) {
  auto pass = begin(0);
  fail_pass(connection_, "omise-th",
            {"authentication", "the provider answered 401", samples::at(1)});
  EXPECT_EQ(reading().last_error_kind, "authentication");
  pass = begin(60);
  EXPECT_EQ(reading().catching_up_since, samples::at(60));
  finish_pass(connection_, "omise-th", *pass, samples::at(5), samples::at(300), samples::at(61));
  EXPECT_EQ(reading().last_error_kind, "");
}

TEST_F(SourceReadsTest, EventsThatAreNotHereAreMissing) {
  store::apply(connection_, {delivery_of(samples::report(domain::RefundStatus::pending, 0, "e1"))});
  EXPECT_THAT(missing_events(connection_, "omise-th", {"e1", "e2"}), ElementsAre("e2"));
  EXPECT_THAT(missing_events(connection_, "payjp-jp", {"e1"}), ElementsAre("e1"));
  auto late = samples::event_of(samples::report(domain::RefundStatus::pending, 0, "e3"));
  late.disposition = domain::Disposition::late;
  store::apply(connection_, {delivery_of(late)});
  EXPECT_THAT(missing_events(connection_, "omise-th", {"e3"}), ElementsAre("e3"))
      << "it did not take effect, and is believed from the provider's list";
}

TEST_F(SourceReadsTest, ADayIsCountedOnceInItsSourcesTimeZone) {
  save_sources(connection_, {{"omise-th", "omise", true, "Asia/Bangkok"}}, samples::at(0));
  const auto noon = *domain::parse_rfc3339("2026-03-02T12:00:00+07:00");
  const auto day = uncounted_day(connection_, "omise-th", noon);
  ASSERT_TRUE(day);
  EXPECT_EQ(day->day, "2026-03-01");
  EXPECT_EQ(domain::format_rfc3339(day->begin), "2026-02-28T17:00:00Z");
  EXPECT_EQ(day->end - day->begin, 24h);
  store::apply(connection_, {delivery_of(samples::report(domain::RefundStatus::pending, 0, "e1"))});
  count_deliveries(connection_, "omise-th", day->day, {{"e1", false}, {"e2", true}}, noon);
  const auto counts = last_delivery_counts(connection_);
  ASSERT_EQ(counts.size(), 1U);
  EXPECT_EQ(counts[0].sent, 2);
  EXPECT_EQ(counts[0].held, 1);
  EXPECT_EQ(counts[0].recovered, 0);
  EXPECT_EQ(counts[0].unanswered, 1);
  EXPECT_FALSE(uncounted_day(connection_, "omise-th", noon));
  EXPECT_EQ(uncounted_day(connection_, "omise-th", noon + 24h)->day, "2026-03-02");
  EXPECT_EQ(uncounted_day(connection_, "omise-th", noon + 72h)->day, "2026-03-02")
      << "nobody has counted since";
  EXPECT_EQ(uncounted_day(connection_, "omise-th", noon + 24h * 60)->day, "2026-04-01");
}

TEST_F(SourceReadsTest, ADayEndsAnHourBeforeItIsCounted) {
  save_sources(connection_, {{"omise-th", "omise", true, "Asia/Bangkok"}}, samples::at(0));
  const auto early = *domain::parse_rfc3339("2026-03-02T00:59:59+07:00");
  EXPECT_EQ(uncounted_day(connection_, "omise-th", early)->day, "2026-02-28");
}

TEST_F(SourceReadsTest, ATimeZoneThatDoesNotExistIsRefused) {
  EXPECT_THROW(save_sources(connection_, {{"s", "omise", true, "Asia/Nowhere"}}, samples::at(0)),
               Failure);
}

}  // namespace
}  // namespace store
