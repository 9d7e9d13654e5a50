// Every statement of a batch looks rows up by key, whatever the tables held when it was planned: a
// plan lives as long as its session, and the tables grow.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "store/database.hpp"
#include "store/transaction.hpp"

namespace store {
namespace {

using enum domain::RefundStatus;
using testing::HasSubstr;
using testing::Not;

// Batches that between them run every statement there is.
void run_every_statement(Connection& connection) {
  auto chargeless = samples::report(successful, 1, "e1");
  chargeless.charge_id.reset();
  chargeless.order_id.reset();
  apply(connection, {delivery_of(chargeless)});
  apply(connection, {delivery_of(samples::report(failed, 2, "e2"))});
  auto elsewhere = samples::report(pending, 3, "e3");
  elsewhere.refund_id = "rfnd_2";
  elsewhere.charge_id = "chrg_2";
  apply(connection, {delivery_of(elsewhere)});
  auto late = delivery_of(samples::report(pending, 4, "e4"));
  late.event.disposition = domain::Disposition::late;
  apply(connection, {late});
  apply(connection, {delivery_of(samples::report(pending, 4, "e4"))});
  apply(connection, {delivery_of(samples::charge_report(5, "e5"))});
}

// By the statement's name, as this very session would run it.
std::map<std::string, std::string> plans_of(Connection& connection) {
  return in_transaction(connection, [](Transaction& transaction) {
    std::map<std::string, std::string> plans;
    for (const auto& statement : transaction.run(std::string{
             "SELECT name, cardinality(parameter_types) FROM pg_prepared_statements"})) {
      const auto name = statement[0].as<std::string>();
      std::string arguments = "NULL";
      for (int more = statement[1].as<int>(); more > 1; --more) {
        arguments += ", NULL";
      }
      for (const auto& line :
           transaction.run("EXPLAIN (COSTS OFF) EXECUTE \"" + name + "\" (" + arguments + ")")) {
        plans[name] += line[0].as<std::string>() + "\n";
      }
    }
    return plans;
  });
}

// What is asked of an index, for each scan of it in the plan.
std::vector<std::string> conditions_of(const std::string& plan, const std::string& index) {
  std::vector<std::string> conditions;
  for (std::size_t at = plan.find(" using " + index + " "); at != std::string::npos;
       at = plan.find(" using " + index + " ", at + 1)) {
    const std::size_t begin = plan.find("Index Cond: ", at);
    conditions.push_back(
        begin == std::string::npos ? "none" : plan.substr(begin, plan.find('\n', begin) - begin));
  }
  return conditions;
}

void expect_look_up(const std::string& plan, const std::string& index,
                    std::initializer_list<const char*> columns) {
  const auto conditions = conditions_of(plan, index);
  EXPECT_FALSE(conditions.empty()) << index << " is not used:\n" << plan;
  for (const std::string& condition : conditions) {
    for (const char* column : columns) {
      EXPECT_THAT(condition, HasSubstr(std::string{column} + " = ")) << plan;
    }
  }
}

void expect_look_ups(const std::map<std::string, std::string>& plans) {
  ASSERT_GE(plans.size(), 10U);
  for (const auto& [name, plan] : plans) {
    EXPECT_THAT(plan, Not(HasSubstr("Seq Scan"))) << name;
    EXPECT_THAT(plan, Not(HasSubstr("Bitmap"))) << name;
    EXPECT_THAT(plan, Not(HasSubstr("Hash Join"))) << name;
    EXPECT_THAT(plan, Not(HasSubstr("Merge Join"))) << name;
  }
  expect_look_up(plans.at("find_refunds"), "refunds_charge", {"charge_id"});
  expect_look_up(plans.at("find_refunds"), "refunds_pkey", {"source", "refund_id"});
  expect_look_up(plans.at("lock_charges"), "charges_pkey", {"source", "charge_id"});
  expect_look_up(plans.at("lock_orders"), "orders_pkey", {"order_id", "livemode"});
  expect_look_up(plans.at("find_events"), "webhook_events_pkey", {"source", "event_id"});
  expect_look_up(plans.at("sum_refunds"), "refunds_order", {"order_id"});
  expect_look_up(plans.at("sum_charges"), "charges_order", {"order_id"});
  expect_look_up(plans.at("find_told"), "outbox_messages_once", {"refund_id"});
  expect_look_up(plans.at("resolve_unknown_orders"), "anomalies_once",
                 {"source", "kind", "subject"});
  int updates = 0;
  for (const auto& [name, plan] : plans) {
    const auto expect_update = [&, &plan = plan](const char* code, const char* table,
                                                 std::initializer_list<const char*> columns) {
      if (name.starts_with("save") && name.find(std::string{"~"} + code) != std::string::npos) {
        expect_look_up(plan, std::string{table} + "_pkey", columns);
        ++updates;
      }
    };
    expect_update("rf", "refunds", {"source", "refund_id"});
    expect_update("ch", "charges", {"source", "charge_id"});
    expect_update("or", "orders", {"order_id", "livemode"});
    // Not the update of webhook_events: it is for events that come late and then on time, so rare
    // that it may wait for the next ANALYZE.
  }
  EXPECT_GE(updates, 3);
}

TEST(PlansTest, OfTablesThatWereEmptyAndNeverAnalyzedAreLookUps) {
  const Database database;
  auto connection = database.connect();
  run_every_statement(connection);
  expect_look_ups(plans_of(connection));
}

TEST(PlansTest, OfTablesThatWereAnalyzedWhileEmptyAreLookUps) {
  const Database database;
  database.run("ANALYZE");
  auto connection = database.connect();
  run_every_statement(connection);
  expect_look_ups(plans_of(connection));
}

// Where autovacuum comes after the first rows: all of one source, on one page.
TEST(PlansTest, OfTablesThatWereAnalyzedWithAFewRowsAreLookUps) {
  const Database database;
  {
    auto connection = database.connect();
    std::vector<Delivery> batch;
    for (int number = 10; number < 70; ++number) {
      const std::string id = std::to_string(number);
      auto report = samples::report(failed, number, "event-" + id);
      report.refund_id = "refund-" + id;
      report.charge_id = "charge-" + id;
      report.order_id = "order-" + id;
      batch.push_back(delivery_of(report));
    }
    store::apply(connection, batch);
  }
  database.run("ANALYZE");
  auto connection = database.connect();
  run_every_statement(connection);
  expect_look_ups(plans_of(connection));
}

TEST(PlansTest, WithoutPlansByKeyASessionPlansAsPostgresLikes) {
  const Database database{/*migrated=*/false};
  ConnectionOptions options;
  options.url = database.url();
  Connection connection{options};
  in_transaction(connection, [](Transaction& transaction) {
    EXPECT_EQ(transaction.run(std::string{"SHOW enable_seqscan"})[0][0].as<std::string>(), "on");
    EXPECT_EQ(transaction.run(std::string{"SHOW plan_cache_mode"})[0][0].as<std::string>(), "auto");
  });
}

}  // namespace
}  // namespace store
