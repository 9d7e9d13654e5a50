#include <gtest/gtest.h>

#include "store/database.hpp"
#include "store/history.hpp"

namespace store {
namespace {

using enum domain::RefundStatus;

Delivery refund(const char* id, domain::RefundStatus status, domain::Money amount) {
  auto report = samples::report(status, 5, std::string{"e-"} + id);
  report.refund_id = id;
  report.amount = amount;
  return delivery_of(report);
}

constexpr const char* k_summary =
    "SELECT charge_id, original_amount, refunded_amount, pending_amount, remaining_amount, "
    "refund_count, fully_refunded, refunded_percentage, currency FROM charge_summary";

TEST(ChargeSummaryTest, ThreePartialRefundsLeaveTheRest) {
  const Database database;
  auto connection = database.connect();
  apply(connection, {delivery_of(samples::charge_report(0, "c1")),
                     refund("r1", successful, samples::thb(10'000)),
                     refund("r2", successful, samples::thb(30'000)),
                     refund("r3", successful, samples::thb(25'000))});
  EXPECT_EQ(database.value(k_summary), "chrg_1|100000|65000|0|35000|3|f|65.00|THB");
}

TEST(ChargeSummaryTest, AnUnknownOriginalStaysUnknown) {
  const Database database;
  auto connection = database.connect();
  apply(connection, {refund("r1", successful, samples::thb(10'000)),
                     refund("r2", pending, samples::thb(5'000))});
  EXPECT_EQ(database.value(k_summary), "chrg_1|NULL|10000|5000|NULL|2|f|NULL|THB");
}

TEST(ChargeSummaryTest, SumsThatDoNotFitStayAtTheLimit) {
  const Database database;
  auto connection = database.connect();
  constexpr auto k_max = std::numeric_limits<std::int64_t>::max();
  apply(
      connection,
      {delivery_of(samples::charge_report(0, "c1")), refund("r1", successful, samples::thb(k_max)),
       refund("r2", successful, samples::thb(k_max)), refund("r3", pending, samples::thb(k_max))});
  EXPECT_EQ(database.value("SELECT refunded_amount, pending_amount, remaining_amount "
                           "FROM charge_summary"),
            "9223372036854775807|9223372036854775807|-9223372036854775807");
}

// The view repeats in SQL what ledger_of says in C++: here they meet.
TEST(ChargeSummaryTest, AgreesWithTheLedgerOfTheDomain) {
  const Database database;
  auto connection = database.connect();
  const std::vector deliveries{
      refund("r1", successful, samples::thb(10'000)), refund("r2", pending, samples::thb(700)),
      refund("r3", failed, samples::thb(999)),        refund("r4", canceled, samples::thb(5)),
      refund("r5", successful, samples::jpy(40)),     refund("r6", successful, samples::thb(3))};
  apply(connection, deliveries);
  domain::Books books;
  for (const Delivery& delivery : deliveries) {
    books.apply(delivery.event, {});
  }
  std::vector<domain::Refund> refunds;
  for (const auto& [key, value] : books.refunds()) {
    refunds.push_back(value);
  }
  const auto ledger = ledger_of(books.charges().begin()->second, refunds);
  EXPECT_EQ(database.value("SELECT refunded_amount, pending_amount, refund_count, fully_refunded "
                           "FROM charge_summary"),
            std::to_string(ledger.refunded_minor) + "|" + std::to_string(ledger.pending_minor) +
                "|" + std::to_string(ledger.refund_count) + "|f");
}

TEST(HistoryTest, TellsTheWholeStoryOfARefund) {
  const Database database;
  auto connection = database.connect();
  apply(connection, {delivery_of(samples::charge_report(0, "c1"))});
  apply(connection, {delivery_of(samples::report(pending, 5, "e1"))});
  apply(connection, {delivery_of(samples::report(failed, 6, "e2"))});
  const auto histories = load_history(connection, "rfnd_1");
  ASSERT_EQ(histories.size(), 1);
  const RefundHistory& history = histories.front();
  EXPECT_EQ(history.refund->status, failed);
  EXPECT_EQ(history.events.size(), 2);
  EXPECT_EQ(history.audit.size(), 2);
  EXPECT_EQ(history.audit.back().status_before, "pending");
  EXPECT_EQ(history.messages.size(), 2);
  EXPECT_EQ(history.order->status, "refund_failed");
  EXPECT_EQ(history.charge->original_minor, 100'000);
  EXPECT_TRUE(load_history(connection, "rfnd_unheard_of").empty());
}

TEST(TimelineTest, HoldsEventsEntriesMessagesAndAnomalies) {
  const Database database;
  auto connection = database.connect();
  auto report = samples::report(pending, 5, "e1");
  report.order_id.reset();
  apply(connection, {delivery_of(report)});
  EXPECT_EQ(database.rows("SELECT what, text FROM refund_timeline WHERE refund_id = 'rfnd_1' "
                          "ORDER BY what, text"),
            (std::vector<std::string>{"anomaly|unknown_order", "audit|NULL", "event|refund.create",
                                      "message|customer: refund_initiated",
                                      "message|support: anomaly_unknown_order"}));
}

}  // namespace
}  // namespace store
