#include "store/reconciliation.hpp"

#include <gtest/gtest.h>

#include "store/database.hpp"
#include "store/failure.hpp"
#include "store/reconciliation_items.hpp"

namespace store {
namespace {

using namespace std::chrono_literals;
using enum domain::RefundStatus;
using samples::at;
using samples::thb;

// samples::at(0) is 2023-11-14T22:13:20Z: the 15th in Bangkok.
constexpr const char* k_zone = "Asia/Bangkok";
constexpr Day k_day = std::chrono::sys_days{std::chrono::year{2023} / 11 / 15};

class ReconciliationTest : public testing::Test {
 protected:
  RunRequest request() const { return {"omise-th", {k_day, k_day}, std::nullopt, "anna", at(0)}; }

  static FoundItem item(const std::string& refund_id, domain::DifferenceKind kind,
                        const std::string& expected = "a", const std::string& found = "b") {
    return {refund_id, {kind, expected, found, false}, thb(1), at(0)};
  }

  void settle(const store::Run& run, const std::vector<std::string>& refund_ids,
              const std::vector<FoundItem>& items = {}) {
    if (!items.empty()) {
      note_items(connection_, run, items, at(1));
    }
    SettledPage page;
    page.refund_ids = refund_ids;
    page.still_open = items;
    page.seen_count = static_cast<std::int64_t>(refund_ids.size());
    settle_page(connection_, run, page, at(2));
  }

  store::Run finish(const store::Run& run) {
    return finish_run(connection_, run, span_of(connection_, k_zone, run.days), at(3));
  }

  std::vector<std::string> items() const {
    return database_.rows(
        "SELECT refund_id, kind, state, first_run_id, last_run_id, resolved_by, resolution "
        "FROM reconciliation_items ORDER BY item_id");
  }

  Database database_;
  Connection connection_ = database_.connect();
};

using Rows = std::vector<std::string>;
using enum domain::DifferenceKind;

TEST_F(ReconciliationTest, ADayBeginsAndEndsInTheSourcesTimeZone) {
  const auto span = span_of(connection_, k_zone, {k_day, k_day});
  EXPECT_EQ(domain::format_rfc3339(span.from), "2023-11-14T17:00:00Z");
  EXPECT_EQ(span.to - span.from, 24h);
  const auto summer = *parse_day("2026-03-29");
  const auto short_day = span_of(connection_, "Europe/Berlin", {summer, summer});
  EXPECT_EQ(short_day.to - short_day.from, 23h);
}

TEST_F(ReconciliationTest, YesterdayIsThatOfTheTimeZone) {
  EXPECT_EQ(day_text(yesterday_of(connection_, k_zone, at(0))), "2023-11-14");
  EXPECT_EQ(day_text(yesterday_of(connection_, "UTC", at(0))), "2023-11-13");
}

TEST_F(ReconciliationTest, LocalTimesKeepTheirOrder) {
  const std::vector<domain::Time> local{at(100), at(0), at(50)};
  const auto times = times_of_local(connection_, k_zone, local);
  ASSERT_EQ(times.size(), 3U);
  for (std::size_t index = 0; index < times.size(); ++index) {
    EXPECT_EQ(times[index], local[index] - 7h);
  }
}

TEST_F(ReconciliationTest, ADayIsWrittenInOneWayOnly) {
  EXPECT_EQ(parse_day("2026-02-30"), std::nullopt);
  EXPECT_EQ(parse_day("2026-2-3"), std::nullopt);
  EXPECT_EQ(parse_day("2026-01-31T00:00:00Z"), std::nullopt);
  EXPECT_EQ(day_text(*parse_day("2026-01-31")), "2026-01-31");
}

TEST_F(ReconciliationTest, AnUnfinishedRunOfTheSameDaysAndFileGoesOn) {
  auto of_file = request();
  of_file.statement_sha256 = domain::Sha256{};
  const store::Run first = begin_run(connection_, request());
  const store::Run of_statement = begin_run(connection_, of_file);
  EXPECT_FALSE(first.is_continued);
  EXPECT_NE(of_statement.run_id, first.run_id);
  EXPECT_TRUE(of_statement.is_statement);
  const store::Run again = begin_run(connection_, request());
  EXPECT_EQ(again.run_id, first.run_id);
  EXPECT_TRUE(again.is_continued);
  finish(again);
  EXPECT_FALSE(begin_run(connection_, request()).is_continued);
}

TEST_F(ReconciliationTest, OneSessionHoldsASource) {
  Connection other{{.url = database_.url(), .lock_timeout = 50ms}};
  begin_run(connection_, request());
  EXPECT_THROW(begin_run(other, request()), Failure);
  auto other_source = request();
  other_source.source = "payjp-jp";
  EXPECT_NO_THROW(begin_run(other, other_source));
}

TEST_F(ReconciliationTest, OursAreLookedUpWithWhatTheRunHasSeen) {
  store::apply(connection_, {delivery_of(samples::report(successful, 0, "e1"))});
  const store::Run run = begin_run(connection_, request());
  settle(run, {"rfnd_2"});
  const std::vector<std::string> ids{"rfnd_1", "rfnd_2"};
  auto found = look_up(connection_, run, ids);
  ASSERT_TRUE(found["rfnd_1"].booked);
  EXPECT_EQ(found["rfnd_1"].booked->status, successful);
  EXPECT_EQ(found["rfnd_1"].booked->amount, thb(100'000));
  EXPECT_EQ(found["rfnd_1"].booked->requested_at, at(0));
  EXPECT_EQ(found["rfnd_1"].last_event_id, "e1");
  EXPECT_FALSE(found["rfnd_1"].is_seen);
  EXPECT_TRUE(found["rfnd_2"].is_seen);
  EXPECT_FALSE(found["rfnd_2"].booked);
}

TEST_F(ReconciliationTest, OnlyOursOfTheDayTheModeAndTheSourceAreMissed) {
  const auto add = [&](const std::string& id, int second, bool livemode = true,
                       const std::string& source = "omise-th") {
    auto report = samples::report(successful, second, "e-" + id);
    report.refund_id = id;
    report.livemode = livemode;
    report.source = source;
    store::apply(connection_, {delivery_of(report)});
  };
  add("rfnd_1", 0);
  add("rfnd_2", 1);
  add("rfnd_test", 1, /*livemode=*/false);
  add("rfnd_other", 1, true, "omise-old");
  add("rfnd_next", 86400);
  add("rfnd_before", -86400);
  const store::Run run = begin_run(connection_, request());
  const auto span = span_of(connection_, k_zone, run.days);
  settle(run, {"rfnd_1"});
  const auto missed = unlisted(connection_, run, /*livemode=*/true, span, "");
  ASSERT_EQ(missed.size(), 1U);
  EXPECT_EQ(missed[0].refund_id, "rfnd_2");
  EXPECT_EQ(missed[0].booked.requested_at, at(1));
  EXPECT_TRUE(unlisted(connection_, run, true, span, "rfnd_2").empty());
}

TEST_F(ReconciliationTest, RunningAgainFindsTheSameItem) {
  const store::Run first = begin_run(connection_, request());
  settle(first, {"rfnd_1"}, {item("rfnd_1", amount)});
  finish(first);
  const store::Run second = begin_run(connection_, request());
  settle(second, {"rfnd_1"}, {item("rfnd_1", amount, "c")});
  const store::Run done = finish(second);
  EXPECT_EQ(done.exception_count, 1);
  EXPECT_EQ(items(), Rows{"rfnd_1|amount|open|1|2|NULL|NULL"});
  EXPECT_EQ(database_.value("SELECT expected FROM reconciliation_items"), "c");
}

TEST_F(ReconciliationTest, WhatAPageNoLongerFindsIsResolvedAndNothingElse) {
  const store::Run first = begin_run(connection_, request());
  settle(first, {"rfnd_1", "rfnd_2"},
         {item("rfnd_1", amount), item("rfnd_1", domain::DifferenceKind::status),
          item("rfnd_2", amount)});
  finish(first);
  const store::Run second = begin_run(connection_, request());
  settle(second, {"rfnd_1"}, {item("rfnd_1", amount)});
  EXPECT_EQ(items(), (Rows{"rfnd_1|amount|open|1|2|NULL|NULL",
                           "rfnd_1|status|resolved|1|2|refundd|no longer found",
                           "rfnd_2|amount|open|1|1|NULL|NULL"}));
  finish(second);
  EXPECT_EQ(items()[2], "rfnd_2|amount|resolved|1|2|refundd|no longer found");
}

TEST_F(ReconciliationTest, ItemsOfOtherDaysAndSourcesStayOpen) {
  auto other = request();
  other.source = "payjp-jp";
  const store::Run theirs = begin_run(connection_, other);
  settle(theirs, {"rfnd_1"}, {item("rfnd_1", amount)});
  finish(theirs);
  auto later = item("rfnd_2", amount);
  later.refund_at = at(86400);
  const store::Run first = begin_run(connection_, request());
  settle(first, {"rfnd_2"}, {later});
  finish(first);
  const store::Run second = begin_run(connection_, request());
  settle(second, {"rfnd_1"});
  finish(second);
  EXPECT_EQ(items(),
            (Rows{"rfnd_1|amount|open|1|1|NULL|NULL", "rfnd_2|amount|open|2|2|NULL|NULL"}));
}

TEST_F(ReconciliationTest, AStatementAndTheApiHaveTheirOwnItems) {
  auto of_file = request();
  of_file.statement_sha256 = domain::Sha256{};
  const store::Run statement = begin_run(connection_, of_file);
  settle(statement, {"rfnd_1", "rfnd_2"}, {item("rfnd_1", amount), item("rfnd_2", amount)});
  finish(statement);
  const store::Run api = begin_run(connection_, request());
  settle(api, {"rfnd_1"}, {item("rfnd_1", amount, "c")});
  EXPECT_EQ(finish(api).exception_count, 1);
  EXPECT_EQ(database_.rows("SELECT basis, refund_id, expected, state FROM reconciliation_items "
                           "ORDER BY item_id"),
            (Rows{"statement|rfnd_1|a|open", "statement|rfnd_2|a|open", "api|rfnd_1|c|open"}));
  const store::Run again = begin_run(connection_, request());
  settle(again, {"rfnd_1"});
  finish(again);
  EXPECT_EQ(items()[0], "rfnd_1|amount|open|1|1|NULL|NULL");
  EXPECT_EQ(items()[2], "rfnd_1|amount|resolved|2|3|refundd|no longer found");
}

TEST_F(ReconciliationTest, WhatWasRecoveredIsResolvedByItsEvent) {
  const store::Run run = begin_run(connection_, request());
  note_items(connection_, run, std::vector{item("rfnd_1", missing_here)}, at(1));
  SettledPage page;
  page.refund_ids = {"rfnd_1"};
  page.recovered_by = {{"rfnd_1", "read:1"}};
  page.seen_count = 1;
  settle_page(connection_, run, page, at(2));
  EXPECT_EQ(items(), Rows{"rfnd_1|missing_here|resolved|1|1|refundd|recovered by read:1"});
  const store::Run done = finish(run);
  EXPECT_EQ(done.seen_count, 1);
  EXPECT_EQ(done.recovered_count, 1);
  EXPECT_EQ(done.exception_count, 0);
  EXPECT_EQ(database_.value("SELECT count(*) FROM reconciliation_seen"), "0");
}

TEST_F(ReconciliationTest, WhatWasAcceptedIsOpenedAgainOnlyWhenItChanges) {
  const auto run_with = [&](const std::string& expected) {
    const store::Run run = begin_run(connection_, request());
    settle(run, {"rfnd_1"}, {item("rfnd_1", amount, expected)});
    return finish(run).exception_count;
  };
  EXPECT_EQ(run_with("a"), 1);
  ASSERT_TRUE(accept_item(connection_, 1, {"anna", "agreed by mail", at(4)}));
  EXPECT_EQ(run_with("a"), 0);
  EXPECT_EQ(items().size(), 1U);
  EXPECT_EQ(run_with("x"), 1);
  EXPECT_EQ(items(), (Rows{"rfnd_1|amount|accepted|1|1|anna|agreed by mail",
                           "rfnd_1|amount|open|3|3|NULL|NULL"}));
}

TEST_F(ReconciliationTest, TimingIsCountedApart) {
  const store::Run run = begin_run(connection_, request());
  settle(run, {"rfnd_1", "rfnd_2"}, {item("rfnd_1", timing), item("rfnd_2", missing_there)});
  const store::Run done = finish(run);
  EXPECT_EQ(done.timing_count, 1);
  EXPECT_EQ(done.exception_count, 1);
}

TEST_F(ReconciliationTest, ItemsAreListedByRunStateAndSource) {
  const store::Run run = begin_run(connection_, request());
  settle(run, {"rfnd_1", "rfnd_2"}, {item("rfnd_1", amount), item("rfnd_2", currency)});
  accept_item(connection_, 1, {"anna", "x", at(4)});
  EXPECT_EQ(list_items(connection_, {}).size(), 2U);
  EXPECT_EQ(list_items(connection_, {"", 0, /*only_open=*/true, 10}).size(), 1U);
  EXPECT_EQ(list_items(connection_, {"payjp-jp", 0, false, 10}).size(), 0U);
  EXPECT_EQ(list_items(connection_, {"", 2, false, 10}).size(), 0U);
  EXPECT_EQ(accept_item(connection_, 77, {"anna", "x", at(4)}), std::nullopt);
}

}  // namespace
}  // namespace store
