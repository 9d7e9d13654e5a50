// Several sessions on one database: whoever comes first, the end is the same.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <random>
#include <thread>

#include "store/audit_verify.hpp"
#include "store/database.hpp"
#include "store/failure.hpp"
#include "store/order_model.hpp"
#include "store/transaction.hpp"

namespace store {
namespace {

using enum domain::RefundStatus;

// Two refunds of one order and charge, each pending and then successful, and the charge itself.
std::vector<Delivery> deliveries_of_order(int number) {
  const std::string id = std::to_string(number);
  std::vector<Delivery> deliveries;
  auto charge = samples::charge_report(1, "charge-" + id);
  charge.charge_id = "chrg_" + id;
  charge.order_id = "order-" + id;
  deliveries.push_back(delivery_of(charge));
  for (const char* half : {"a", "b"}) {
    for (const auto status : {pending, successful}) {
      const std::string event_id = std::string{to_string(status)} + half + id;
      auto report = samples::report(status, 2 + static_cast<int>(status), event_id);
      report.refund_id = "rfnd_" + id + half;
      report.charge_id = charge.charge_id;
      report.order_id.reset();
      report.amount = samples::thb(half[0] == 'a' ? 40'000 : 60'000);
      deliveries.push_back(delivery_of(report));
    }
  }
  return deliveries;
}

// Applies in batches of random size, again after every lost race.
int apply_all(const Database& database, std::vector<Delivery> deliveries, unsigned seed) {
  std::mt19937 random{seed};
  std::shuffle(deliveries.begin(), deliveries.end(), random);
  auto connection = database.connect();
  int lost_races = 0;
  for (std::size_t at = 0; at < deliveries.size();) {
    const std::size_t size = std::min<std::size_t>(1 + random() % 20, deliveries.size() - at);
    try {
      apply_batch(connection, {deliveries.data() + at, size}, samples::at(0));
      at += size;
    } catch (const Failure& failure) {
      if (!failure.may_pass()) {
        throw;
      }
      ++lost_races;
    }
  }
  return lost_races;
}

TEST(RaceTest, FourSessionsWithTheSameEventsEndInTheSameRows) {
  constexpr int k_orders = 40;
  const Database database;
  std::vector<Delivery> all;
  for (int number = 0; number < k_orders; ++number) {
    for (Delivery& delivery : deliveries_of_order(number)) {
      all.push_back(std::move(delivery));
    }
  }
  const unsigned seed = std::random_device{}();
  RecordProperty("seed", std::to_string(seed));
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::atomic<int> lost_races{0};
  std::atomic<int> failed_sessions{0};
  std::vector<std::thread> sessions;
  for (unsigned session = 0; session < 4; ++session) {
    sessions.emplace_back([&, session] {
      try {
        lost_races += apply_all(database, all, seed + session);
      } catch (const std::exception& error) {
        ++failed_sessions;
        ADD_FAILURE() << error.what();
      }
    });
  }
  for (std::thread& session : sessions) {
    session.join();
  }
  ASSERT_EQ(failed_sessions, 0);
  EXPECT_EQ(database.value("SELECT count(*) FROM webhook_events"), std::to_string(5 * k_orders));
  EXPECT_EQ(database.value("SELECT count(*) FROM refunds WHERE status = 'successful' "
                           "AND order_id = replace(charge_id, 'chrg_', 'order-')"),
            std::to_string(2 * k_orders));
  EXPECT_EQ(database.value("SELECT count(*) FROM orders WHERE status = 'refunded' "
                           "AND refunded_minor = 100000 AND total_minor = 100000 "
                           "AND pending_minor = 0"),
            std::to_string(k_orders));
  EXPECT_EQ(database.value("SELECT count(*) FROM outbox_messages "
                           "WHERE template = 'refund_complete'"),
            std::to_string(2 * k_orders));
  auto connection = database.connect();
  EXPECT_TRUE(verify_audit(connection).faults.empty());
}

TEST(RaceTest, WhoeverCreatesARefundSecondMustLookAgain) {
  const Database database;
  auto connection = database.connect();
  auto other = database.connect();
  const std::vector<Delivery> batch{delivery_of(samples::report(pending, 5, "e1"))};
  // The other session holds the charge of the same refund uncommitted until we wait for it.
  Transaction holding{other};
  holding.run(
      "INSERT INTO charges (source, charge_id, livemode, updated_at, report_keys, revision) "
      "VALUES ('omise-th', 'chrg_1', true, now(), E'\\t\\t\\t\\t\\t', 1)");
  std::thread committer{[&] {
    database.wait_for_blocked_session();
    holding.commit();
  }};
  try {
    apply(connection, batch);
    ADD_FAILURE() << "the race was not noticed";
  } catch (const Failure& failure) {
    EXPECT_TRUE(failure.may_pass()) << failure.what();
  }
  committer.join();
  EXPECT_EQ(database.value("SELECT count(*) FROM refunds"), "0");
  EXPECT_EQ(apply(connection, batch), std::vector{domain::Verdict::applied});
}

// A refund without charge is under no lock. One that this batch only reads (its event is a
// duplicate) may change while we wait for its order: the order's sums must not be made of what it
// was.
TEST(RaceTest, AnOrderIsNotSummedFromARefundThatChangedWhileWeWaitedForIt) {
  const Database database;
  auto connection = database.connect();
  auto other = database.connect();
  auto known = samples::report(pending, 5, "e1");
  known.charge_id.reset();
  apply(connection, {delivery_of(known)});
  auto added = samples::report(failed, 6, "e2");
  added.refund_id = "rfnd_2";
  added.charge_id.reset();
  const std::vector<Delivery> batch{delivery_of(known), delivery_of(added)};

  // What another daemon writes when the refund becomes successful.
  Transaction holding{other};
  holding.run("SELECT FROM orders FOR UPDATE");
  holding.run("UPDATE refunds SET status = 'successful', revision = revision + 1");
  holding.run(
      "UPDATE orders SET status = 'partially_refunded', refunded_minor = pending_minor, "
      "pending_minor = 0, revision = revision + 1");
  std::jthread committer{[&] {
    database.wait_for_blocked_session();
    holding.commit();
  }};
  try {
    store::apply(connection, batch);
  } catch (const Failure& failure) {
    EXPECT_TRUE(failure.may_pass()) << failure.what();
    store::apply(connection, batch);
  }
  EXPECT_EQ(database.value("SELECT status, refunded_minor, pending_minor FROM orders"),
            "partially_refunded|100000|0");
  EXPECT_THAT(wrong_orders(database), testing::IsEmpty());
}

}  // namespace
}  // namespace store
