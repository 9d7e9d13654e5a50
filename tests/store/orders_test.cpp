#include <gtest/gtest.h>

#include "store/apply.hpp"
#include "store/database.hpp"

namespace store {
namespace {

using enum domain::RefundStatus;

domain::RefundReport refund(const char* id, domain::RefundStatus status, std::int64_t amount) {
  auto report = samples::report(status, 5, std::string{"e-"} + id);
  report.refund_id = id;
  report.amount = samples::thb(amount);
  return report;
}

constexpr const char* k_order =
    "SELECT status, total_known, total_minor, refunded_minor, pending_minor FROM orders";

TEST(OrdersTest, FollowTheirRefundsFromPaidToRefunded) {
  const Database database;
  auto connection = database.connect();
  const auto after = [&](const Delivery& delivery) {
    apply(connection, {delivery});
    return database.value(k_order);
  };
  EXPECT_EQ(after(delivery_of(samples::charge_report(0, "c1"))), "paid|t|100000|0|0");
  EXPECT_EQ(after(delivery_of(refund("r1", failed, 10'000))), "refund_failed|t|100000|0|0");
  EXPECT_EQ(after(delivery_of(refund("r2", pending, 10'000))), "refund_pending|t|100000|0|10000");
  EXPECT_EQ(after(delivery_of(refund("r3", successful, 30'000))),
            "partially_refunded|t|100000|30000|10000");
  EXPECT_EQ(after(delivery_of(refund("r4", successful, 70'000))), "refunded|t|100000|100000|10000");
}

TEST(OrdersTest, AnUnknownTotalIsNeverFullyRefunded) {
  const Database database;
  auto connection = database.connect();
  apply(connection, {delivery_of(refund("r1", successful, 100'000))});
  EXPECT_EQ(database.value(k_order), "partially_refunded|f|NULL|100000|0");
}

TEST(OrdersTest, AChargeThatOnlyItsRefundConnectsStillGivesTheTotal) {
  const Database database;
  auto connection = database.connect();
  auto charge = samples::charge_report(0, "c1");
  charge.order_id.reset();
  apply(connection, {delivery_of(refund("r1", successful, 100'000))});
  apply(connection, {delivery_of(charge)});
  EXPECT_EQ(database.value(k_order), "refunded|t|100000|100000|0");
}

TEST(OrdersTest, OneUnknownChargeKeepsTheTotalUnknown) {
  const Database database;
  auto connection = database.connect();
  auto other = refund("r2", successful, 100'000);
  other.charge_id = "chrg_2";
  apply(connection, {delivery_of(samples::charge_report(0, "c1")), delivery_of(other)});
  EXPECT_EQ(database.value(k_order), "partially_refunded|f|NULL|100000|0");
}

TEST(OrdersTest, AChargeThatWasNeverPaidDoesNotCount) {
  const Database database;
  auto connection = database.connect();
  auto attempt = samples::charge_report(0, "c0");
  attempt.charge_id = "chrg_0";
  attempt.status = domain::ChargeStatus::failed;
  apply(connection, {delivery_of(attempt), delivery_of(samples::charge_report(0, "c1"))});
  EXPECT_EQ(database.value(k_order), "paid|t|100000|0|0");
}

TEST(OrdersTest, AnImportSaysTheTotalAndTheCustomer) {
  const Database database;
  auto connection = database.connect();
  apply(connection, {delivery_of(refund("r1", successful, 50'000))});
  const std::map<domain::OrderKey, OrderImport> imports{
      {{"order-1", true}, {samples::thb(50'000), "someone@example.com", "th"}},
      {{"order-9", true}, {samples::thb(1'000), "", ""}}};
  apply_import(connection, {}, imports, samples::at(9));
  EXPECT_EQ(database.rows("SELECT order_id, status, total_minor, customer_email, customer_locale "
                          "FROM orders ORDER BY order_id"),
            (std::vector<std::string>{"order-1|refunded|50000|someone@example.com|th",
                                      "order-9|paid|1000|NULL|NULL"}));
  // A later event keeps what the import said.
  apply(connection, {delivery_of(refund("r2", pending, 1'000))});
  EXPECT_EQ(database.value("SELECT customer_email, total_minor FROM orders "
                           "WHERE order_id = 'order-1'"),
            "someone@example.com|50000");
}

TEST(OrdersTest, SumsThatDoNotFitStayAtTheLimit) {
  const Database database;
  auto connection = database.connect();
  constexpr auto k_max = std::numeric_limits<std::int64_t>::max();
  apply(connection, {delivery_of(refund("r1", successful, k_max)),
                     delivery_of(refund("r2", successful, k_max))});
  EXPECT_EQ(database.value("SELECT refunded_minor FROM orders"), std::to_string(k_max));
}

}  // namespace
}  // namespace store
