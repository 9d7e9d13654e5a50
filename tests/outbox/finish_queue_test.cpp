#include "outbox/finish_queue.hpp"

#include <gtest/gtest.h>

#include "store/claim_messages.hpp"
#include "store/database.hpp"

namespace outbox {
namespace {

using namespace std::chrono_literals;

std::vector<store::ClaimedMessage> claim_two(const store::Database& database) {
  auto connection = database.connect();
  std::vector<store::Delivery> batch;
  for (const std::string id : {"1", "2"}) {
    auto report = samples::report(domain::RefundStatus::failed, 10, "e" + id);
    report.refund_id = "r" + id;
    report.charge_id = "c" + id;
    batch.push_back(store::delivery_of(report));
  }
  store::apply(connection, batch);
  store::ClaimRequest request;
  request.now = samples::at(100);
  request.counts = {{"", 10}};
  request.lease = 60s;
  return store::claim_messages(
             connection, request,
             [](const store::DueMessage&) {
               return store::ClaimDecision{store::ClaimKind::send, "desk", "", false};
             })
      .to_send;
}

TEST(FinishQueueTest, WhatIsRefusedForGoodDoesNotTakeTheOthersWithIt) {
  const store::Database database;
  const auto claimed = claim_two(database);
  ASSERT_GE(claimed.size(), 2U);
  FinishQueue queue;
  for (const store::ClaimedMessage& each : claimed) {
    const bool is_first = &each == &claimed.front();
    queue.add({each.message.message_id,
               each.lease_token,
               store::FinishKind::sent,
               "",
               {},
               is_first ? "not \xFF UTF-8" : "T-1"});
  }
  auto connection = database.connect();
  queue.write(connection);
  EXPECT_TRUE(queue.is_empty());
  EXPECT_EQ(database.value("SELECT count(*) FROM outbox_messages WHERE state = 'sent'"),
            std::to_string(claimed.size() - 1));
  EXPECT_EQ(database.value("SELECT count(*) FROM outbox_messages WHERE state = 'pending'"), "1");
}

}  // namespace
}  // namespace outbox
