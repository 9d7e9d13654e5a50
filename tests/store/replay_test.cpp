// Events that were set aside, taken in again: once, and only those.
#include <gtest/gtest.h>

#include <future>

#include "store/charges_read.hpp"
#include "store/database.hpp"
#include "store/failure.hpp"
#include "store/stored_events.hpp"

namespace store {
namespace {

using domain::Disposition;
using domain::Verdict;
using enum domain::RefundStatus;

using Verdicts = std::vector<Verdict>;
using Rows = std::vector<std::string>;

class ReplayTest : public testing::Test {
 protected:
  /// As it came: set aside, with its reports unread.
  static Delivery set_aside(Disposition disposition, const std::string& event_id = "e1") {
    auto event = samples::event_of(samples::report(successful, 10, event_id));
    event.disposition = disposition;
    event.reason = "not as it should be";
    event.refund.reset();
    return delivery_of(event);
  }

  static Delivery again(const std::string& event_id = "e1") {
    auto event = samples::event_of(samples::report(successful, 10, event_id));
    event.user_id = "anna";
    event.note = "replayed: it is real";
    auto delivery = delivery_of(event);
    delivery.replay = true;
    return delivery;
  }

  [[nodiscard]] Rows events() const {
    return database_.rows("SELECT event_id, verdict, verdict_reason, evidence FROM webhook_events");
  }

  Database database_;
  Connection connection_ = database_.connect();
};

TEST_F(ReplayTest, WhatWasSetAsideTakesEffectOnce) {
  for (const auto disposition :
       {Disposition::quarantined, Disposition::unsupported, Disposition::late}) {
    const Database database;
    auto connection = database.connect();
    apply(connection, {set_aside(disposition)});
    EXPECT_EQ(apply(connection, {again(), again()}),
              (Verdicts{Verdict::applied, Verdict::duplicate}));
    EXPECT_EQ(apply(connection, {again()}), Verdicts{Verdict::duplicate});
    EXPECT_EQ(database.rows("SELECT verdict, verdict_reason, evidence FROM webhook_events"),
              Rows{"applied|NULL|signed_webhook"});
    EXPECT_EQ(database.value("SELECT count(*) FROM webhook_payloads"), "1");
    EXPECT_EQ(database.rows("SELECT verdict, user_id, notes FROM refund_audit"),
              Rows{"applied|anna|replayed: it is real"});
    EXPECT_EQ(database.value("SELECT count(*) FROM outbox_messages WHERE audience = 'customer'"),
              "1");
    EXPECT_EQ(database.value("SELECT status FROM refunds"), "successful");
  }
}

TEST_F(ReplayTest, WhatTookEffectStaysADuplicate) {
  apply(connection_, {delivery_of(samples::report(pending, 0, "e0")),
                      delivery_of(samples::report(successful, 10, "e1")),
                      delivery_of(samples::report(pending, 0, "e2"))});
  const auto before = events();
  for (const auto* const event_id : {"e1", "e2"}) {
    EXPECT_EQ(apply(connection_, {again(event_id)}), Verdicts{Verdict::duplicate}) << event_id;
  }
  EXPECT_EQ(events(), before);
  EXPECT_EQ(database_.value("SELECT count(*) FROM refund_audit"), "3");
}

TEST_F(ReplayTest, OnlyAReplayLetsAQuarantinedEventIn) {
  apply(connection_, {set_aside(Disposition::quarantined)});
  EXPECT_EQ(apply(connection_, {delivery_of(samples::report(successful, 10, "e1"))}),
            Verdicts{Verdict::duplicate});
}

TEST_F(ReplayTest, WhatIsStillNotUnderstoodLeavesNoTrace) {
  apply(connection_,
        {delivery_of(samples::report(pending, 0, "e0")), set_aside(Disposition::unsupported)});
  const auto audit_count = database_.value("SELECT count(*) FROM refund_audit");
  auto still_aside = set_aside(Disposition::unsupported);
  still_aside.replay = true;
  auto unknown_word = again();
  unknown_word.event.refund->status.reset();
  EXPECT_EQ(apply(connection_, {still_aside, unknown_word}),
            (Verdicts{Verdict::duplicate, Verdict::duplicate}));
  EXPECT_EQ(database_.value("SELECT count(*) FROM refund_audit"), audit_count);
}

TEST_F(ReplayTest, AnotherContentIsNotTheSameEvent) {
  apply(connection_, {set_aside(Disposition::quarantined)});
  auto other = again();
  other.event.content_sha256 = {};
  EXPECT_EQ(apply(connection_, {other}), Verdicts{Verdict::duplicate});
  EXPECT_EQ(database_.value("SELECT verdict FROM webhook_events"), "quarantined");
}

// As ingest does: a lost race is run again.
int count_applied(Connection& connection, const std::vector<Delivery>& replays) {
  int count = 0;
  for (std::size_t at = 0; at < replays.size();) {
    try {
      count += apply(connection, {replays[at]}).front() == Verdict::applied ? 1 : 0;
      ++at;
    } catch (const Failure& failure) {
      EXPECT_TRUE(failure.may_pass()) << failure.what();
    }
  }
  return count;
}

TEST_F(ReplayTest, OfTwoAtOnceOneTakesEffect) {
  constexpr int k_event_count = 50;
  std::vector<Delivery> asides;
  std::vector<Delivery> replays;
  for (int number = 1; number <= k_event_count; ++number) {
    asides.push_back(set_aside(Disposition::quarantined, "e" + std::to_string(number)));
    replays.push_back(again("e" + std::to_string(number)));
    replays.back().event.refund->refund_id = "rfnd_" + std::to_string(number);
    replays.back().event.refund_id = "rfnd_" + std::to_string(number);
  }
  store::apply(connection_, asides);
  auto other = database_.connect();
  auto others = std::async(std::launch::async, [&] { return count_applied(other, replays); });
  const int ours = count_applied(connection_, replays);
  EXPECT_EQ(ours + others.get(), k_event_count);
  EXPECT_EQ(database_.value("SELECT count(*) FROM refund_audit"), std::to_string(k_event_count));
}

TEST_F(ReplayTest, ARehearsalShowsEachStepAndChangesNothing) {
  apply(connection_,
        {delivery_of(samples::report(pending, 0, "e0")), set_aside(Disposition::quarantined)});
  const std::vector deliveries{again(), delivery_of(samples::report(failed, 20, "e2"))};
  const auto steps = rehearse_batch(connection_, deliveries, samples::at(30));
  ASSERT_EQ(steps.size(), 2U);
  EXPECT_EQ(steps[0].result.verdict, Verdict::applied);
  EXPECT_EQ(steps[0].before->status, pending);
  EXPECT_EQ(steps[0].after->status, successful);
  EXPECT_EQ(steps[1].before->status, successful);
  EXPECT_EQ(steps[1].after->status, failed);
  EXPECT_EQ(database_.value("SELECT status FROM refunds"), "pending");
  EXPECT_EQ(events(), (Rows{"e0|applied|NULL|signed_webhook",
                            "e1|quarantined|not as it should be|signed_webhook"}));
  EXPECT_EQ(apply(connection_, {again()}), Verdicts{Verdict::applied});
}

TEST_F(ReplayTest, StoredEventsComeWithTheirOwnBytes) {
  auto conflicting = again("e1");
  conflicting.replay = false;
  conflicting.body = "another";
  conflicting.body_sha256 = {};
  conflicting.event.content_sha256 = {};
  auto late = set_aside(Disposition::late, "e2");
  late.received_at = samples::at(-5);
  apply(connection_, {set_aside(Disposition::quarantined), late, conflicting,
                      delivery_of(samples::report(pending, 0, "e3"))});
  database_.run("DELETE FROM webhook_payloads WHERE event_id = 'e2'");
  // The tests' deliveries make up their digests.
  database_.run(
      "UPDATE webhook_events e SET body_sha256 = sha256(p.body) FROM webhook_payloads p "
      "WHERE p.event_id = e.event_id AND p.body <> 'another'");

  StoredEventFilter filter{.sources = {"other", "omise-th"}, .verdicts = {"late", "quarantined"}};
  auto stored = load_stored_events(connection_, filter);
  ASSERT_EQ(stored.events.size(), 2U);
  EXPECT_EQ(stored.events[0].event.event_id, "e2") << "in the order of their receipt";
  EXPECT_FALSE(stored.events[0].body);
  EXPECT_EQ(stored.events[1].body, "{\"id\":\"e1\"}\n");
  EXPECT_EQ(stored.events[1].content_sha256, again().event.content_sha256);

  const auto ids_of = [&](const StoredEventFilter& wanted) {
    std::string ids;
    const auto found = load_stored_events(connection_, wanted);
    for (const auto& one : found.events) {
      ids += one.event.event_id + " ";
    }
    return ids + (found.has_more ? "…" : "");
  };
  EXPECT_EQ(ids_of({.sources = {"omise-th"}, .event_ids = {"e3", "e1"}}), "e1 e3 ");
  EXPECT_EQ(ids_of({.sources = {"omise-th"}, .event_type = "refund.none"}), "");
  EXPECT_EQ(ids_of({.sources = {"omise-th"}, .since = samples::at(-1)}), "e1 e3 ");
  EXPECT_EQ(ids_of({.sources = {"omise-th"}, .until = samples::at(-1)}), "e2 ");
  EXPECT_EQ(ids_of({.sources = {"omise-th"}, .limit = 2}), "e2 e1 …");
  EXPECT_EQ(ids_of({.sources = {"other"}}), "");
}

TEST_F(ReplayTest, ChargesAndRefundsAreReadAsTheyWereWritten) {
  auto other = samples::report(failed, 20, "e2");
  other.refund_id = "rfnd_0";
  apply(connection_, {delivery_of(samples::charge_report(0, "c1")),
                      delivery_of(samples::report(pending, 30, "e1")), delivery_of(other)});
  const auto found = find_charge(connection_, "chrg_1", {"omise-th", "other"});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].charge.amount.value, samples::thb(100'000));
  ASSERT_EQ(found[0].refunds.size(), 2U);
  EXPECT_EQ(found[0].refunds[0].refund_id, "rfnd_0") << "in the order of their request";
  EXPECT_TRUE(find_charge(connection_, "chrg_1", {"other"}).empty());

  const auto refunds = find_refunds(connection_, "omise-th", {"rfnd_1", "rfnd_9"});
  ASSERT_EQ(refunds.size(), 1U);
  EXPECT_EQ(refunds[0].status, pending);
  EXPECT_EQ(refunds[0].key.event_id, "e1");
}

}  // namespace
}  // namespace store
