#include "store/ledger_days.hpp"

#include <gtest/gtest.h>

#include "store/database.hpp"
#include "store/due_days.hpp"
#include "store/reconciliation.hpp"

namespace store {
namespace {

using enum domain::RefundStatus;
using samples::at;
using samples::jpy;
using samples::thb;

// samples::at(0) is 2023-11-14T22:13:20Z: the 15th in Bangkok.
constexpr const char* k_zone = "Asia/Bangkok";
constexpr Day k_first = std::chrono::sys_days{std::chrono::year{2023} / 11 / 15};
constexpr int k_day = 86400;
constexpr std::chrono::days k_one{1};

using Rows = std::vector<std::string>;

// Both as day|currency|status|entered|minor|left|minor.
constexpr const char* k_totals = R"(
SELECT day, coalesce(currency, '-'), status, entered_count, entered_minor, left_count, left_minor
  FROM ledger_totals ORDER BY 1, 2, 3)";

constexpr const char* k_finance = R"(
SELECT day, coalesce(currency, '-'), status,
       coalesce(sum(refund_count) FILTER (WHERE direction = 'in'), 0),
       coalesce(sum(amount_minor) FILTER (WHERE direction = 'in'), 0),
       coalesce(-sum(refund_count) FILTER (WHERE direction = 'out'), 0),
       coalesce(-sum(amount_minor) FILTER (WHERE direction = 'out'), 0)
  FROM finance_daily_ledger GROUP BY 1, 2, 3 ORDER BY 1, 2, 3)";

class LedgerDaysTest : public testing::Test {
 protected:
  LedgerDaysTest() {
    database_.run(
        "INSERT INTO sources (source, provider, livemode, time_zone, updated_at) "
        "VALUES ('omise-th', 'omise', true, 'Asia/Bangkok', now())");
  }

  /// Each its own batch, so that they are applied in this order.
  void say(const std::string& refund_id, domain::RefundStatus status, int second,
           std::optional<domain::Money> amount) {
    auto report = samples::report(status, second, "e" + std::to_string(++events_));
    report.refund_id = refund_id;
    report.amount = amount;
    apply(connection_, {delivery_of(report)});
  }

  CloseResult close(Day day) {
    return close_day(connection_, {"omise-th", k_zone, day, "anna", at(9 * k_day)});
  }

  DueDays due(Day yesterday, bool is_closing = false) {
    return due_days(connection_, {"omise-th", k_zone, yesterday, is_closing});
  }

  void note_timing(int second, bool is_statement) {
    RunRequest request{"omise-th", {k_first, k_first}, std::nullopt, "anna", at(0)};
    if (is_statement) {
      request.statement_sha256 = domain::Sha256{};
    }
    const store::Run run = begin_run(connection_, request);
    const FoundItem item{
        "rfnd_1", {domain::DifferenceKind::timing, "a", "b", false}, thb(1), at(second)};
    note_items(connection_, run, std::vector{item}, at(1));
    finish_run(connection_, run, {at(0), at(0)}, at(2));
  }

  Database database_;
  Connection connection_ = database_.connect();
  int events_ = 0;
};

TEST_F(LedgerDaysTest, ARefundLeavesWithTheAmountThatHadEntered) {
  say("rfnd_1", pending, 0, thb(1000));
  say("rfnd_1", successful, 10, thb(900));
  close(k_first);
  EXPECT_EQ(database_.rows(k_totals),
            (Rows{"2023-11-15|THB|pending|1|1000|1|1000", "2023-11-15|THB|successful|1|900|0|0"}));
}

TEST_F(LedgerDaysTest, TheTotalsAreThoseThatFinanceReads) {
  say("rfnd_1", pending, 0, thb(1000));
  say("rfnd_2", pending, 0, std::nullopt);  // its amount arrives later
  say("rfnd_3", pending, 0, thb(3000));     // and this one changes its currency
  say("rfnd_4", successful, 0, thb(4000));
  say("rfnd_5", pending, 0, std::nullopt);
  say("rfnd_2", pending, 10, thb(2000));
  say("rfnd_3", successful, 10, jpy(30));
  close(k_first);
  say("rfnd_1", pending, 20, thb(1100));
  say("rfnd_1", successful, k_day, thb(900));
  say("rfnd_2", failed, k_day, std::nullopt);
  say("rfnd_4", failed, k_day, thb(4000));
  say("rfnd_4", failed, k_day + 1, thb(4001));
  say("rfnd_5", successful, k_day, thb(5000));
  close(k_first + k_one);
  const auto totals = database_.rows(k_totals);
  EXPECT_GE(totals.size(), 8U);
  EXPECT_EQ(totals, database_.rows(k_finance));
  EXPECT_EQ(close(k_first).state, CloseState::closed_before);
  EXPECT_EQ(close(k_first + k_one).state, CloseState::closed_before);
}

TEST_F(LedgerDaysTest, TheFirstDayHasAllBeforeIt) {
  say("rfnd_1", pending, -5 * k_day, thb(1000));
  say("rfnd_1", successful, 0, thb(1000));
  const auto first = close(k_first);
  EXPECT_EQ(first.day.entry_count, 2);
  EXPECT_TRUE(first.day.late_facts.empty());
  EXPECT_EQ(database_.rows(k_totals), database_.rows(k_finance));
  EXPECT_EQ(close(k_first).state, CloseState::closed_before);
  close(k_first + k_one);
  EXPECT_EQ(database_.value("SELECT sum(entry_count) FROM ledger_days"), "2");
}

TEST_F(LedgerDaysTest, ALateFactRefersToADayThatIsClosed) {
  close(k_first);
  close(k_first + k_one);
  say("rfnd_1", pending, -5 * k_day, thb(1000));
  say("rfnd_2", pending, k_day, thb(1000));
  say("rfnd_3", pending, 2 * k_day, thb(1000));
  close(k_first + 2 * k_one);
  EXPECT_EQ(database_.rows("SELECT day, refund_id, refers_to_day FROM ledger_late_facts "
                           "ORDER BY audit_id"),
            (Rows{"2023-11-17|rfnd_1|2023-11-15", "2023-11-17|rfnd_2|2023-11-16"}));
}

TEST_F(LedgerDaysTest, EditedLateFactsShow) {
  close(k_first);
  say("rfnd_1", pending, 0, thb(1000));
  close(k_first + k_one);
  ASSERT_EQ(close(k_first + k_one).state, CloseState::closed_before);
  database_.run("UPDATE ledger_late_facts SET refund_id = 'rfnd_2'");
  EXPECT_EQ(close(k_first + k_one).state, CloseState::refused);
  database_.run("DELETE FROM ledger_late_facts");
  EXPECT_EQ(close(k_first + k_one).state, CloseState::refused);
}

TEST_F(LedgerDaysTest, YesterdayAloneIsDueWhereNothingWasLeft) {
  const auto alone = due(k_first, /*is_closing=*/true);
  EXPECT_EQ(alone.compare.first, k_first);
  EXPECT_EQ(alone.compare.last, k_first);
  EXPECT_EQ(alone.close_from, k_first);
}

TEST_F(LedgerDaysTest, DueDaysBeginWithTheOldestTimingItemOfTheApi) {
  note_timing(-5 * k_day, /*is_statement=*/true);
  EXPECT_EQ(due(k_first + 5 * k_one).compare.first, k_first + 5 * k_one);
  note_timing(0, /*is_statement=*/false);
  EXPECT_EQ(due(k_first + 31 * k_one).compare.first, k_first);
  EXPECT_EQ(due(k_first + 31 * k_one, /*is_closing=*/true).close_from, k_first + 31 * k_one);
  EXPECT_EQ(due(k_first + 32 * k_one).compare.first, k_first + 32 * k_one);
}

TEST_F(LedgerDaysTest, DueDaysBeginWithTheFirstThatIsNotClosed) {
  close(k_first);
  EXPECT_EQ(due(k_first + 5 * k_one).compare.first, k_first + 5 * k_one);
  const auto missed = due(k_first + 5 * k_one, /*is_closing=*/true);
  EXPECT_EQ(missed.compare.first, k_first + k_one);
  EXPECT_EQ(missed.compare.last, k_first + 5 * k_one);
  EXPECT_EQ(missed.close_from, k_first + k_one);
  EXPECT_EQ(due(k_first, /*is_closing=*/true).close_from, k_first);
  const auto many = due(k_first + 50 * k_one, /*is_closing=*/true);
  EXPECT_EQ(many.compare.first, k_first + k_one);
  EXPECT_EQ(many.compare.last, k_first + 31 * k_one);
}

TEST_F(LedgerDaysTest, AnInterruptedRunUpToYesterdayGoesOn) {
  begin_run(connection_, {"omise-th", {k_first, k_first + 3 * k_one}, std::nullopt, "anna", at(0)});
  EXPECT_EQ(due(k_first + 3 * k_one).compare.first, k_first);
  EXPECT_EQ(due(k_first + 4 * k_one).compare.first, k_first + 4 * k_one);
}

}  // namespace
}  // namespace store
