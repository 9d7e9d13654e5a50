#include "store/outbox_messages.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "store/claim_messages.hpp"
#include "store/database.hpp"
#include "store/failure.hpp"
#include "store/finish_messages.hpp"
#include "store/history.hpp"

namespace store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

const domain::Time k_now = *domain::parse_rfc3339("2026-01-31T10:30:00Z");

std::string id_of(int number) {
  return "0190000" + std::to_string(number) + "-0000-7000-8000-000000000000";
}

OutboxFilter only(std::string OutboxFilter::*field, const std::string& value) {
  OutboxFilter filter;
  filter.*field = value;
  return filter;
}

OutboxFilter only(OutboxOrder order, int limit) {
  OutboxFilter filter;
  filter.order = order;
  filter.limit = limit;
  return filter;
}

class OutboxMessagesTest : public testing::Test {
 protected:
  /// `columns` are "state = 'dead', sink = 'mail'". The number is part of its id and its refund's,
  /// and the minute when it was made.
  void add(int number, const std::string& columns = "state = 'pending'") const {
    const auto text = std::to_string(number);
    const auto made = "'2026-01-31 10:0" + text + ":00+00'";
    database_.run(
        "INSERT INTO outbox_messages (message_id, audience, template, priority, source, refund_id,"
        " livemode, episode, payload, state, next_attempt_at, created_at)"
        " VALUES ('" +
        id_of(number) + "', 'customer', 'refund_complete', 'normal', 'omise-th', 'r" + text +
        "', true, '1', '{\"type\": \"refund_complete\"}', 'pending', " + made + ", " + made + ")");
    database_.run("UPDATE outbox_messages SET " + columns + " WHERE message_id = '" +
                  id_of(number) + "'");
  }

  std::vector<std::string> refunds(const OutboxFilter& filter) {
    std::vector<std::string> refunds;
    for (const auto& message : list_outbox(connection_, filter).messages) {
      refunds.push_back(message.refund_id);
    }
    return refunds;
  }

  [[nodiscard]] std::string states() const {
    return database_.value(
        "SELECT string_agg(concat_ws(' ', state, attempts, sink), ', ' ORDER BY message_id)"
        "  FROM outbox_messages");
  }

  [[nodiscard]] std::string error_of(int number) const {
    return database_.value("SELECT last_error FROM outbox_messages WHERE message_id = '" +
                           id_of(number) + "'");
  }

  Database database_;
  Connection connection_ = database_.connect();
};

TEST_F(OutboxMessagesTest, AreListedByWhatTheyAre) {
  add(1);
  add(2, "state = 'dead', sink = 'mail'");
  add(3, "state = 'dead', sink = 'desk', audience = 'support'");
  EXPECT_THAT(refunds(OutboxFilter{}), ElementsAre("r3", "r2", "r1"));
  EXPECT_THAT(refunds(only(&OutboxFilter::state, "dead")), ElementsAre("r3", "r2"));
  EXPECT_THAT(refunds(only(&OutboxFilter::sink, "mail")), ElementsAre("r2"));
  EXPECT_THAT(refunds(only(&OutboxFilter::audience, "support")), ElementsAre("r3"));
  EXPECT_THAT(refunds(only(&OutboxFilter::refund_id, "r1")), ElementsAre("r1"));
  EXPECT_THAT(refunds(only(&OutboxFilter::refund_id, "r1' OR true --")), IsEmpty());
}

TEST_F(OutboxMessagesTest, AreListedUpToALimitNewestOrDueFirst) {
  add(1, "next_attempt_at = '2026-02-02 00:00:00+00'");
  add(2, "next_attempt_at = '2026-02-01 00:00:00+00'");
  add(3, "next_attempt_at = '2026-02-03 00:00:00+00'");
  EXPECT_THAT(refunds(only(OutboxOrder::newest_first, 2)), ElementsAre("r3", "r2"));
  EXPECT_THAT(refunds(only(OutboxOrder::due_first, 9)), ElementsAre("r2", "r1", "r3"));
  EXPECT_EQ(list_outbox(connection_, only(OutboxOrder::due_first, 1)).total, 3);
  EXPECT_EQ(list_outbox(connection_, only(&OutboxFilter::state, "sent")).total, 0);
}

TEST_F(OutboxMessagesTest, AreReadWithEveryColumn) {
  add(1,
      "order_id = 'o1', priority = 'high', livemode = false, state = 'pending', sink = 'mail',"
      " attempts = 3, leased_until = '2026-01-31 11:00:00+00', last_error = 'busy',"
      " lease_token = '11111111-2222-3333-4444-555555555555', external_reference = 'T-9',"
      " sent_at = '2026-01-31 12:00:00.5+00'");
  const auto found = find_outbox_messages(connection_, *message_id_range(id_of(1)), 2);
  ASSERT_THAT(found, SizeIs(1));
  const OutboxMessage& message = found.front();
  EXPECT_EQ(message.message_id, id_of(1));
  EXPECT_EQ(message.audience + message.template_name + message.priority,
            "customerrefund_completehigh");
  EXPECT_EQ(message.source + message.refund_id + message.order_id, "omise-thr1o1");
  EXPECT_FALSE(message.livemode);
  EXPECT_EQ(message.episode + message.state + message.sink, "1pendingmail");
  EXPECT_EQ(message.payload_json, R"({"type": "refund_complete"})");
  EXPECT_EQ(message.attempts, 3);
  EXPECT_EQ(message.created_at, *domain::parse_rfc3339("2026-01-31T10:01:00Z"));
  EXPECT_EQ(message.next_attempt_at, message.created_at);
  EXPECT_EQ(message.leased_until, domain::parse_rfc3339("2026-01-31T11:00:00Z"));
  EXPECT_EQ(message.lease_token, "11111111-2222-3333-4444-555555555555");
  EXPECT_EQ(message.last_error, "busy");
  EXPECT_EQ(message.sent_at, domain::parse_rfc3339("2026-01-31T12:00:00.5Z"));
  EXPECT_EQ(message.external_reference, "T-9");
}

TEST_F(OutboxMessagesTest, AreFoundByTheBeginningOfTheirId) {
  add(1);
  add(2);
  const auto count = [&](std::string_view prefix) {
    return find_outbox_messages(connection_, *message_id_range(prefix), 9).size();
  };
  EXPECT_EQ(count("01900001"), 1U);
  EXPECT_EQ(count("01900001-00"), 1U);
  EXPECT_EQ(count("019000010000700080"), 1U);
  EXPECT_EQ(count("01900003"), 0U);
  database_.run(
      "UPDATE outbox_messages SET message_id = '01900001-0000-7000-8000-00000000FFFF'"
      " WHERE refund_id = 'r2'");
  EXPECT_EQ(count("01900001-0000-7000-8000-0000"), 2U);
  EXPECT_EQ(count("01900001-0000-7000-8000-00000000ffff"), 1U);
}

TEST(MessageIdRangeTest, RefusesWhatBeginsNoId) {
  for (const auto* text :
       {"", "0190000", "0190-000", "--------", "0190000g", "01900001-0000-7000-8000-0000000000001",
        "0190000100007000800000000000000000", "01900001' OR"}) {
    EXPECT_FALSE(message_id_range(text)) << text;
  }
  const auto range = message_id_range("ABCDEF01-2");
  ASSERT_TRUE(range);
  EXPECT_EQ(range->first, "ABCDEF01-2000-0000-0000-000000000000");
  EXPECT_EQ(range->last, "ABCDEF01-2fff-ffff-ffff-ffffffffffff");
}

TEST_F(OutboxMessagesTest, ADeadOneIsTriedAgainWithAllItsAttemptsAndInTheQueueOfItsSink) {
  add(1, "state = 'dead', sink = 'mail', attempts = 12, last_error = 'no such mailbox'");
  add(2, "state = 'dead', sink = 'mail', attempts = 12");
  EXPECT_EQ(retry_dead_messages(connection_, {.message_id = id_of(1), .sink = ""}, k_now,
                                "to be tried again, by anna"),
            1);
  EXPECT_EQ(states(), "pending 0 mail, dead 12 mail");
  EXPECT_EQ(error_of(1), "to be tried again, by anna; before: no such mailbox");
  EXPECT_EQ(
      database_.value("SELECT next_attempt_at, leased_until, lease_token"
                      "  FROM outbox_messages WHERE refund_id = 'r1'"),
      database_.value("SELECT '" + domain::format_rfc3339(k_now) + "'::timestamptz, NULL, NULL"));
  ClaimRequest request{k_now, {{"mail", 9}}, 60s};
  const auto claimed = claim_messages(connection_, request, [](const DueMessage&) {
    return ClaimDecision{ClaimKind::send, "mail", "", false};
  });
  EXPECT_THAT(claimed.to_send, SizeIs(1));
}

TEST_F(OutboxMessagesTest, AllDeadOnesOfOneSinkAreTriedAgainTogether) {
  add(1, "state = 'dead', sink = 'mail'");
  add(2, "state = 'dead', sink = 'mail'");
  add(3, "state = 'dead', sink = 'desk'");
  add(4, "state = 'sent', sink = 'mail'");
  EXPECT_EQ(retry_dead_messages(connection_, {.message_id = "", .sink = "mail"}, k_now, "note"), 2);
  EXPECT_EQ(states(), "pending 0 mail, pending 0 mail, dead 0 desk, sent 0 mail");
  EXPECT_EQ(error_of(1), "note");
}

TEST_F(OutboxMessagesTest, OnlyDeadOnesAreTriedAgain) {
  int number = 0;
  for (const auto* state : {"pending", "sent", "superseded", "suppressed"}) {
    add(++number, "attempts = 1, state = '" + std::string{state} + "'");
    EXPECT_EQ(
        retry_dead_messages(connection_, {.message_id = id_of(number), .sink = ""}, k_now, "note"),
        0);
  }
  EXPECT_EQ(states(), "pending 1, sent 1, superseded 1, suppressed 1");
  EXPECT_THROW(retry_dead_messages(connection_, {}, k_now, "note"), std::logic_error);
}

TEST_F(OutboxMessagesTest, OneThatWaitsIsCanceled) {
  add(1, "attempts = 2, last_error = 'busy'");
  add(2);
  EXPECT_TRUE(cancel_message(connection_, id_of(1), k_now, "canceled by anna: twice"));
  EXPECT_EQ(states(), "suppressed 2, pending 0");
  EXPECT_EQ(error_of(1), "canceled by anna: twice");
  EXPECT_FALSE(cancel_message(connection_, id_of(1), k_now, "again"));
}

TEST_F(OutboxMessagesTest, OneThatIsBeingSentIsNotCanceledBeforeItsLeaseEnds) {
  add(1, "sink = 'mail'");
  ClaimRequest request{k_now, {{"mail", 9}}, 60s};
  const auto claimed = claim_messages(connection_, request, [](const DueMessage&) {
                         return ClaimDecision{ClaimKind::send, "mail", "", false};
                       }).to_send.at(0);
  EXPECT_FALSE(cancel_message(connection_, id_of(1), k_now + 59s, "too early"));
  EXPECT_EQ(states(), "pending 1 mail");
  EXPECT_TRUE(cancel_message(connection_, id_of(1), k_now + 60s, "canceled"));
  Finish finish{id_of(1), claimed.lease_token, FinishKind::sent, "", {}, ""};
  EXPECT_EQ(finish_messages(connection_, {finish}, k_now), 0) << "it lost the lease";
  EXPECT_EQ(states(), "suppressed 1 mail");
}

TEST_F(OutboxMessagesTest, ADeadOneIsGivenUp) {
  add(1, "state = 'dead'");
  EXPECT_TRUE(cancel_message(connection_, id_of(1), k_now, "given up"));
  EXPECT_EQ(error_of(1), "given up");
}

TEST_F(OutboxMessagesTest, ThoseThatAreOverAreNotCanceled) {
  int number = 0;
  for (const auto* state : {"sent", "superseded", "suppressed"}) {
    add(++number, "state = '" + std::string{state} + "'");
    EXPECT_FALSE(cancel_message(connection_, id_of(number), k_now, "note"));
  }
  EXPECT_EQ(states(), "sent 0, superseded 0, suppressed 0");
}

TEST_F(OutboxMessagesTest, AreToldInTheHistoryOfTheirRefund) {
  auto report = samples::report(domain::RefundStatus::successful, 10, "e1");
  auto charge = samples::charge_report(0, "ce");
  report.charge_id = charge.charge_id;
  charge.payment_method = "promptpay";
  charge.charged_at = samples::at(1);
  store::apply(connection_, {delivery_of(charge)});
  store::apply(connection_, {delivery_of(report)});
  database_.run(
      "UPDATE outbox_messages SET sink = 'mail', attempts = 2, last_error = 'busy',"
      " external_reference = 'T-9' WHERE template = 'refund_complete'");
  const auto history = load_history(connection_, report.refund_id).at(0);
  ASSERT_THAT(history.messages, SizeIs(1));
  const MessageLine& message = history.messages.front();
  EXPECT_EQ(message.sink + message.last_error + message.external_reference, "mailbusyT-9");
  EXPECT_EQ(message.attempts, 2);
  EXPECT_EQ(message.next_attempt_at, message.created_at);
  EXPECT_FALSE(message.leased_until);
  EXPECT_EQ(history.charge->payment_method, "promptpay");
  EXPECT_EQ(history.charge->charged_at, samples::at(1));
}

}  // namespace
}  // namespace store
