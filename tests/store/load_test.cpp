// Refunds whose charge no event names: the store finds the charge, locks it, and reads all its
// refunds, because sums and anomalies depend on them.

#include "store/load.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "store/order_model.hpp"

namespace store {
namespace {

using domain::Verdict;
using enum domain::RefundStatus;
using testing::ElementsAre;
using testing::IsEmpty;

domain::RefundReport refund(const char* id, const char* charge_id, domain::RefundStatus status,
                            int second) {
  auto report =
      samples::report(status, second, std::string{"e-"} + id + "-" + std::to_string(second));
  report.refund_id = id;
  report.charge_id = charge_id;
  report.order_id.reset();
  report.amount = samples::thb(60'000);
  return report;
}

domain::RefundReport without_charge(domain::RefundReport report) {
  report.charge_id.reset();
  return report;
}

Delivery charge(const char* id, const char* order_id) {
  auto report = samples::charge_report(0, std::string{"e-"} + id);
  report.charge_id = id;
  report.order_id = order_id;
  return delivery_of(report);
}

TEST(LoadTest, ARefundWithoutChargeInItsEventIsReadWithItsChargeAndAllRefundsOfThat) {
  const Database database;
  auto connection = database.connect();
  apply(connection, {charge("chrg_1", "order-1"), delivery_of(refund("r1", "chrg_1", pending, 1)),
                     delivery_of(refund("r2", "chrg_1", failed, 1))});
  const std::vector batch{delivery_of(without_charge(refund("r1", "", successful, 2)))};
  Transaction transaction{connection};
  const Loaded loaded = lock_and_load(transaction, batch, {});
  EXPECT_EQ(loaded.books.refunds().size(), 2U);
  EXPECT_EQ(loaded.books.charges().size(), 1U);
  const domain::OrderKey order{"order-1", true};
  EXPECT_EQ(loaded.refund_counts.at(order), 2);
  EXPECT_EQ(loaded.charge_counts.at(order), 1);
  EXPECT_EQ(loaded.orders.at(order).refund_count, 2);
  EXPECT_EQ(loaded.orders.at(order).charge_count, 1);
}

TEST(LoadTest, ARefundThatIsNamedAndOfANamedChargeIsCountedOnce) {
  const Database database;
  auto connection = database.connect();
  apply(connection, {charge("chrg_1", "order-1"), delivery_of(refund("r1", "chrg_1", pending, 1))});
  const std::vector batch{delivery_of(refund("r1", "chrg_1", successful, 2))};
  Transaction transaction{connection};
  const Loaded loaded = lock_and_load(transaction, batch, {});
  EXPECT_EQ(loaded.refund_counts.at({"order-1", true}), 1);
}

TEST(LoadTest, ATwinOfAnotherSourceIsNotRead) {
  const Database database;
  auto connection = database.connect();
  auto twin = refund("r1", "chrg_1", pending, 1);
  twin.source = "payjp";
  apply(connection, {delivery_of(twin)});
  const std::vector batch{delivery_of(refund("r1", "chrg_1", successful, 2))};
  Transaction transaction{connection};
  const Loaded loaded = lock_and_load(transaction, batch, {});
  EXPECT_THAT(loaded.books.refunds(), IsEmpty());
  EXPECT_THAT(loaded.books.charges(), IsEmpty());
}

TEST(LoadTest, AnEventWithoutChargeIdShowsWhatIsOddAboutTheRefundsCharge) {
  const Database database;
  auto connection = database.connect();
  apply(connection,
        {charge("chrg_1", "order-1"), delivery_of(refund("r1", "chrg_1", successful, 1)),
         delivery_of(refund("r2", "chrg_1", failed, 1))});
  EXPECT_EQ(database.value("SELECT count(*) FROM anomalies WHERE kind = 'over_refund'"), "0");
  // 60,000 and 60,000 of 100,000: it takes the other refund and the charge to see it.
  EXPECT_EQ(apply(connection, {delivery_of(without_charge(refund("r2", "", successful, 2)))}),
            std::vector{Verdict::applied});
  EXPECT_EQ(database.value("SELECT charge_id FROM anomalies WHERE kind = 'over_refund'"), "chrg_1");
  EXPECT_EQ(database.value("SELECT charge_id, order_id FROM refunds WHERE refund_id = 'r2'"),
            "chrg_1|order-1");
  EXPECT_EQ(database.value("SELECT status, refunded_minor FROM orders"), "refunded|120000");
  EXPECT_THAT(wrong_orders(database), IsEmpty());
}

TEST(LoadTest, ARefundThatMovesLeavesTheOrderOfAChargeThatNoEventNames) {
  const Database database;
  auto connection = database.connect();
  apply(connection, {charge("chrg_1", "order-1"), charge("chrg_2", "order-2"),
                     delivery_of(refund("r1", "chrg_1", successful, 1)),
                     delivery_of(refund("r2", "chrg_1", successful, 1))});
  EXPECT_EQ(apply(connection, {delivery_of(refund("r1", "chrg_2", successful, 2))}),
            std::vector{Verdict::applied});
  EXPECT_EQ(database.value("SELECT charge_id, order_id FROM refunds WHERE refund_id = 'r1'"),
            "chrg_2|order-2");
  EXPECT_THAT(
      database.rows("SELECT order_id, status, refunded_minor, refund_count FROM orders "
                    "ORDER BY order_id"),
      ElementsAre("order-1|partially_refunded|60000|1", "order-2|partially_refunded|60000|1"));
  EXPECT_EQ(database.value("SELECT refund_id FROM anomalies WHERE kind = 'charge_changed'"), "r1");
  EXPECT_THAT(wrong_orders(database), IsEmpty());
}

// Somebody moves the refund while we wait for the charge that it was read with: that of its new
// charge has to be locked and read too.
TEST(LoadTest, ARefundThatMovesWhileWeWaitForItsChargeIsFollowed) {
  const Database database;
  auto connection = database.connect();
  auto other = database.connect();
  apply(connection, {charge("chrg_1", "order-1"), charge("chrg_2", "order-1"),
                     delivery_of(refund("r1", "chrg_1", pending, 1)),
                     delivery_of(refund("r2", "chrg_2", successful, 1))});
  Transaction moving{other};
  moving.run("SELECT FROM charges WHERE charge_id = 'chrg_1' FOR UPDATE");
  moving.run(
      "UPDATE refunds SET charge_id = 'chrg_2', revision = revision + 1 WHERE refund_id = 'r1'");
  std::jthread mover{[&] {
    database.wait_for_blocked_session();
    moving.commit();
  }};
  EXPECT_EQ(apply(connection, {delivery_of(without_charge(refund("r1", "", successful, 2)))}),
            std::vector{Verdict::applied});
  EXPECT_EQ(database.value("SELECT charge_id, status FROM refunds WHERE refund_id = 'r1'"),
            "chrg_2|successful");
  EXPECT_EQ(database.value("SELECT charge_id FROM anomalies WHERE kind = 'over_refund'"), "chrg_2");
  EXPECT_EQ(database.value("SELECT refunded_minor FROM orders"), "120000");
  EXPECT_THAT(wrong_orders(database), IsEmpty());
}

}  // namespace
}  // namespace store
