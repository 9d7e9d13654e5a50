#include "store/rebuild.hpp"

#include <gtest/gtest.h>

#include <map>

#include "store/database.hpp"

namespace store {
namespace {

using enum domain::RefundStatus;

// The stored bytes are not decoded here: what was delivered is kept by the event's id.
class RebuildTest : public testing::Test {
 protected:
  void deliver(const domain::RefundReport& report) {
    const Delivery delivery = delivery_of(report);
    deliveries_.insert_or_assign(report.event_id, delivery);
    store::apply(connection_, {delivery});
    database_.run(
        "UPDATE webhook_events SET body_sha256 = sha256(p.body) FROM webhook_payloads p "
        "WHERE p.event_id = webhook_events.event_id");
  }

  RebuildReport finish(Rebuild& rebuild) {
    for (auto batch = rebuild.next(); !batch.empty(); batch = rebuild.next()) {
      std::vector<Delivery> deliveries;
      for (const StoredEvidence& evidence : batch) {
        EXPECT_EQ(evidence.body, deliveries_.at(evidence.event_id).body);
        deliveries.push_back(deliveries_.at(evidence.event_id));
      }
      rebuild.fold(deliveries);
    }
    return rebuild.compare();
  }

  Database database_;
  Connection connection_ = database_.connect();
  std::map<std::string, Delivery> deliveries_;
};

TEST_F(RebuildTest, WhatArrivesMeanwhileIsNoDifference) {
  deliver(samples::report(pending, 0, "e0"));
  Connection other = database_.connect();
  Rebuild rebuild{other, "", samples::at(9)};
  deliver(samples::report(successful, 1, "e1"));
  const auto report = finish(rebuild);
  EXPECT_EQ(report.event_count, 1);
  EXPECT_TRUE(report.differences.empty());
  EXPECT_EQ(database_.value("SELECT status FROM refunds"), "successful");
}

TEST_F(RebuildTest, EventsAreFoldedInTheOrderInWhichTheyTookEffect) {
  deliver(samples::report(failed, 2, "e2"));
  deliver(samples::report(successful, 1, "e1"));
  deliver(samples::report(successful, 3, "e3"));
  // As another instance's clock would have it: by the times of receipt the outcome never changed.
  database_.run(
      "UPDATE webhook_events SET received_at = received_at - interval '1 hour' "
      "WHERE event_id = 'e3'");
  database_.run(
      "UPDATE webhook_payloads SET received_at = received_at - interval '1 hour' "
      "WHERE event_id = 'e3'");
  Connection other = database_.connect();
  Rebuild rebuild{other, "", samples::at(9)};
  EXPECT_TRUE(finish(rebuild).differences.empty());
  EXPECT_EQ(database_.value("SELECT episode FROM refunds"), "2");
}

TEST_F(RebuildTest, TheSessionsTablesGoWithIt) {
  deliver(samples::report(pending, 0, "e0"));
  {
    Connection other = database_.connect();
    Rebuild rebuild{other, "", samples::at(9)};
    EXPECT_NE(database_.value("SELECT count(*) FROM pg_class WHERE relname = 'stored_refunds'"),
              "0");
  }
  for (std::string left; left != "0";) {
    left = database_.value("SELECT count(*) FROM pg_class WHERE relname = 'stored_refunds'");
  }
}

}  // namespace
}  // namespace store
