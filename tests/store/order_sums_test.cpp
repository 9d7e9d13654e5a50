// An order's row says the same however its refunds and charges come: all in one batch, so that the
// sums are made in memory, or one after the other, so that PostgreSQL makes them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "store/audit_verify.hpp"
#include "store/order_model.hpp"

namespace store {
namespace {

using enum domain::RefundStatus;
using testing::IsEmpty;

constexpr const char* k_source = "omise-th";

struct Names {
  std::string order;
  std::string charge;
  std::string refund;
};

Delivery refund_delivery(const Names& names, domain::RefundStatus status, std::int64_t amount,
                         bool names_order) {
  auto report = samples::report(status, 5, "event-" + names.refund);
  report.refund_id = names.refund;
  report.charge_id = names.charge;
  report.order_id = names_order ? std::optional{names.order} : std::nullopt;
  report.amount = samples::thb(amount);
  return delivery_of(report);
}

Delivery charge_delivery(const Names& names, bool names_order) {
  auto report = samples::charge_report(1, "event-" + names.charge);
  report.charge_id = names.charge;
  report.order_id = names_order ? std::optional{names.order} : std::nullopt;
  return delivery_of(report);
}

// Two charges of one order with a refund each. The first refund knows its order from its charge
// alone; the second charge is reached by its refund alone.
std::vector<Delivery> two_charges(const std::string& number) {
  const Names first{"order-" + number, "chrg-a-" + number, "rfnd-a-" + number};
  const Names second{"order-" + number, "chrg-b-" + number, "rfnd-b-" + number};
  return {charge_delivery(first, /*names_order=*/true),
          charge_delivery(second, /*names_order=*/false),
          refund_delivery(first, successful, 100'000, /*names_order=*/false),
          refund_delivery(second, pending, 30'000, /*names_order=*/true)};
}

std::string miscounted_orders(const Database& database) {
  return database.value(R"(
SELECT count(*) FROM orders o
 WHERE o.refund_count IS DISTINCT FROM (SELECT count(*) FROM refunds r
         WHERE (r.order_id, r.livemode) = (o.order_id, o.livemode))
    OR o.charge_count IS DISTINCT FROM (SELECT count(*) FROM charges c
         WHERE (c.order_id, c.livemode) = (o.order_id, o.livemode)))");
}

TEST(OrderSumsTest, RefundsOfTwoChargesEndInOneRowWhateverTheirOrderAndBatches) {
  const Database database;
  auto connection = database.connect();
  std::vector<std::size_t> places{0, 1, 2, 3};
  int number = 100;
  do {
    // Batches of 1, of 2, of 3 and 1, and all at once.
    for (const std::size_t size : {1U, 2U, 3U, 4U}) {
      const auto deliveries = two_charges(std::to_string(++number));
      for (std::size_t at = 0; at < deliveries.size(); at += size) {
        std::vector<Delivery> batch;
        for (std::size_t next = at; next < std::min(at + size, deliveries.size()); ++next) {
          batch.push_back(deliveries[places[next]]);
        }
        store::apply(connection, batch);
      }
    }
  } while (std::next_permutation(places.begin(), places.end()));
  EXPECT_EQ(database.rows("SELECT DISTINCT status, total_known, currency, total_minor, "
                          "refunded_minor, pending_minor FROM orders"),
            std::vector<std::string>{"partially_refunded|t|THB|200000|100000|30000"});
  EXPECT_EQ(database.value("SELECT count(*) FROM orders"), "96");
  EXPECT_THAT(wrong_orders(database), IsEmpty());
  EXPECT_EQ(miscounted_orders(database), "0");
}

// The counts stay known, and with them the way that asks PostgreSQL for no sums.
TEST(OrderSumsTest, AnOrderWhoseMembersAreAllReadTakesNoFurtherStatement) {
  const Database database;
  auto connection = database.connect();
  const Names names{"order-1", "chrg-a", "rfnd-a"};
  const auto statements_for = [&](const Delivery& delivery) {
    return apply_batch(connection, {&delivery, 1}, samples::at(0)).statement_count;
  };
  apply(connection, {charge_delivery(names, /*names_order=*/true)});
  const auto refund = refund_delivery(names, pending, 40'000, /*names_order=*/true);
  const int statement_count = statements_for(refund);
  EXPECT_EQ(database.value("SELECT refund_count, charge_count FROM orders"), "1|1");
  auto later = refund_delivery(names, successful, 40'000, /*names_order=*/true);
  later.event.event_id = later.event.refund->event_id = "later";
  EXPECT_EQ(statements_for(later), statement_count);
  EXPECT_EQ(database.value("SELECT refunded_minor, refund_count, charge_count FROM orders"),
            "40000|1|1");
  // A refund of another charge does take more.
  const Names other{"order-1", "chrg-b", "rfnd-b"};
  EXPECT_GT(statements_for(refund_delivery(other, pending, 1'000, /*names_order=*/true)),
            statement_count);
  EXPECT_THAT(wrong_orders(database), IsEmpty());
}

// Orders that an older version wrote have no counts yet.
TEST(OrderSumsTest, AnUncountedOrderIsCountedWithItsNextEvent) {
  const Database database;
  auto connection = database.connect();
  const Names names{"order-1", "chrg-a", "rfnd-a"};
  apply(connection, {charge_delivery(names, /*names_order=*/true),
                     refund_delivery(names, pending, 40'000, /*names_order=*/true)});
  database.run("UPDATE orders SET refund_count = NULL, charge_count = NULL");
  auto later = refund_delivery(names, successful, 40'000, /*names_order=*/true);
  later.event.event_id = later.event.refund->event_id = "later";
  apply(connection, {later});
  EXPECT_EQ(database.value("SELECT refunded_minor, refund_count, charge_count FROM orders"),
            "40000|1|1");
}

TEST(OrderSumsTest, ARefundOfASecondChargeIsCountedBesideTheFirst) {
  const Database database;
  auto connection = database.connect();
  const Names first{"order-1", "chrg-a", "rfnd-a"};
  const Names second{"order-1", "chrg-b", "rfnd-b"};
  apply(connection, {refund_delivery(first, successful, 40'000, /*names_order=*/true)});
  EXPECT_EQ(database.value("SELECT refund_count, charge_count FROM orders"), "1|0");
  apply(connection, {refund_delivery(second, successful, 60'000, /*names_order=*/true)});
  EXPECT_EQ(database.value("SELECT refunded_minor FROM orders"), "100000");
  EXPECT_THAT(wrong_orders(database), IsEmpty());
}

TEST(OrderSumsTest, ASecondChargeRaisesTheTotalThoughItsBatchKnowsNoRefund) {
  const Database database;
  auto connection = database.connect();
  const Names first{"order-1", "chrg-a", "rfnd-a"};
  const Names second{"order-1", "chrg-b", "rfnd-b"};
  apply(connection, {charge_delivery(first, /*names_order=*/true),
                     refund_delivery(first, successful, 100'000, /*names_order=*/true)});
  EXPECT_EQ(database.value("SELECT status, total_minor FROM orders"), "refunded|100000");
  apply(connection, {charge_delivery(second, /*names_order=*/true)});
  EXPECT_EQ(database.value("SELECT status, total_minor FROM orders"), "partially_refunded|200000");
  EXPECT_THAT(wrong_orders(database), IsEmpty());
}

TEST(OrderSumsTest, AnImportWithoutEventsKeepsTheSums) {
  const Database database;
  auto connection = database.connect();
  const Names names{"order-1", "chrg-a", "rfnd-a"};
  apply(connection, {refund_delivery(names, successful, 40'000, /*names_order=*/true)});
  apply_import(connection, {}, {{{"order-1", true}, {samples::thb(40'000), "", ""}}},
               samples::at(9));
  EXPECT_EQ(database.value("SELECT status, total_minor, refunded_minor FROM orders"),
            "refunded|40000|40000");
  EXPECT_THAT(wrong_orders(database), IsEmpty());
}

// Reports about few things, so that everything meets: refunds and charges that change their order,
// refunds that change their charge, amounts in two currencies or in none.
class RandomReports {
 public:
  explicit RandomReports(unsigned seed) : random_{seed} {}

  std::vector<Delivery> make(int count) {
    std::vector<Delivery> deliveries;
    for (int number = 0; number < count; ++number) {
      const std::string event_id = "e" + std::to_string(number);
      deliveries.push_back(one_of(3) == 0 ? delivery_of(charge(event_id))
                                          : delivery_of(refund(event_id)));
    }
    return deliveries;
  }

  std::size_t one_of(std::size_t count) {
    return std::uniform_int_distribution<std::size_t>{0, count - 1}(random_);
  }

  std::mt19937& engine() { return random_; }

 private:
  // Ids of a test source and of a live one are alike.
  template <typename Report>
  void give_source(Report& report) {
    report.livemode = one_of(5) != 0;
    report.source = report.livemode ? k_source : "omise-test";
  }

  std::optional<std::string> order_id() {
    return one_of(2) == 0 ? std::nullopt : std::optional{"order-" + std::to_string(one_of(3))};
  }

  std::optional<domain::Money> amount() {
    switch (one_of(8)) {
      case 0:
        return std::nullopt;
      case 1:
        return samples::jpy(static_cast<std::int64_t>(1 + one_of(3)));
      default:
        return samples::thb(static_cast<std::int64_t>(1 + one_of(5)) * 1'000);
    }
  }

  domain::RefundReport refund(const std::string& event_id) {
    const auto status = static_cast<domain::RefundStatus>(one_of(4));
    auto report = samples::report(status, static_cast<int>(one_of(30)), event_id);
    give_source(report);
    const std::size_t number = one_of(8);
    report.refund_id = "rfnd_" + std::to_string(number);
    // Its own charge, none, or now and then another.
    const std::size_t charge = one_of(8) == 0 ? one_of(5) : number % 5;
    report.charge_id =
        one_of(4) == 0 ? std::nullopt : std::optional{"chrg_" + std::to_string(charge)};
    report.order_id = order_id();
    report.amount = amount();
    return report;
  }

  domain::ChargeReport charge(const std::string& event_id) {
    auto report = samples::charge_report(static_cast<int>(one_of(30)), event_id);
    give_source(report);
    report.charge_id = "chrg_" + std::to_string(one_of(5));
    report.order_id = order_id();
    report.amount = amount();
    report.status =
        one_of(3) == 0 ? std::optional{static_cast<domain::ChargeStatus>(one_of(5))} : std::nullopt;
    return report;
  }

  std::mt19937 random_;
};

// With an import between two batches.
void apply_in_batches(const Database& database, const std::vector<Delivery>& deliveries,
                      RandomReports& random, std::size_t batch_max) {
  auto connection = database.connect();
  const std::size_t import_after = random.one_of(deliveries.size());
  bool is_imported = false;
  for (std::size_t at = 0; at < deliveries.size();) {
    if (!is_imported && at >= import_after) {
      apply_import(connection, {}, {{{"order-2", true}, {samples::thb(4'000), "", ""}}},
                   samples::at(0));
      is_imported = true;
    }
    const std::size_t size = std::min(1 + random.one_of(batch_max), deliveries.size() - at);
    apply_batch(connection, {deliveries.data() + at, size}, samples::at(0));
    at += size;
    if (at == deliveries.size() || random.one_of(4) == 0) {
      ASSERT_THAT(wrong_orders(database), IsEmpty()) << "after " << at << " reports";
    }
  }
  if (!is_imported) {
    apply_import(connection, {}, {{{"order-2", true}, {samples::thb(4'000), "", ""}}},
                 samples::at(0));
  }
}

TEST(OrderSumsTest, RandomReportsInRandomBatchesAddUpAsOneStatementDoes) {
  for (const unsigned seed : {1U, 2U, 3U, 4U, 5U, 6U}) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomReports random{seed};
    auto deliveries = random.make(60);
    const Database database;
    apply_in_batches(database, deliveries, random, 1 + random.one_of(12));
    if (HasFatalFailure()) {
      return;
    }
    EXPECT_EQ(miscounted_orders(database), "0");

    std::shuffle(deliveries.begin(), deliveries.end(), random.engine());
    const Database other;
    apply_in_batches(other, deliveries, random, deliveries.size());
    if (HasFatalFailure()) {
      return;
    }
    EXPECT_EQ(order_rows(database), order_rows(other));
    auto connection = database.connect();
    EXPECT_TRUE(verify_audit(connection).faults.empty());
  }
}

}  // namespace
}  // namespace store
