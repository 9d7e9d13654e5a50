#include "store/apply.hpp"

#include <gtest/gtest.h>

#include "store/database.hpp"
#include "store/failure.hpp"

namespace store {
namespace {

using domain::Verdict;
using enum domain::RefundStatus;
using Verdicts = std::vector<Verdict>;
using Rows = std::vector<std::string>;

TEST(ApplyTest, ARefundBecomesRowsInEveryTable) {
  const Database database;
  auto connection = database.connect();
  auto report = samples::report(pending, 5, "e1");
  report.reason = "requested_by_customer";
  report.metadata_json = R"({"order_id":"order-1"})";
  EXPECT_EQ(apply(connection, {delivery_of(report)}), Verdicts{Verdict::applied});

  EXPECT_EQ(database.value("SELECT source, refund_id, charge_id, order_id, livemode, status, "
                           "amount_minor, currency, reason, metadata->>'order_id', evidence, "
                           "occurred_at, first_seen_at, last_event_id FROM refunds"),
            "omise-th|rfnd_1|chrg_1|order-1|t|pending|100000|THB|requested_by_customer|order-1|"
            "signed_webhook|2023-11-14 22:13:25+00|2023-11-14 22:13:20+00|e1");
  EXPECT_EQ(database.value("SELECT event_id, event_type, refund_id, verdict, remote_address, "
                           "octet_length(body_sha256) FROM webhook_events"),
            "e1|refund.create|rfnd_1|applied|192.0.2.7|32");
  EXPECT_EQ(database.value("SELECT convert_from(body, 'UTF8'), headers->>'content-type' "
                           "FROM webhook_payloads"),
            "{\"id\":\"e1\"}\n|application/json");
  EXPECT_EQ(database.value("SELECT charge_id, amount_minor FROM charges"), "chrg_1|NULL");
  EXPECT_EQ(database.value("SELECT order_id, livemode, status, total_known, currency, "
                           "refunded_minor, pending_minor FROM orders"),
            "order-1|t|refund_pending|f|THB|0|100000");
  EXPECT_EQ(database.value("SELECT refund_id, charge_id, order_id, event_id, verdict, "
                           "status_before, status_after, amount_minor, currency, reason, "
                           "ip_address, user_agent, chain_index FROM refund_audit"),
            "rfnd_1|chrg_1|order-1|e1|applied|NULL|pending|100000|THB|requested_by_customer|"
            "192.0.2.7|test-sender/1|1");
  EXPECT_EQ(database.value("SELECT audience, template, state, order_id, payload->>'amount', "
                           "payload->>'estimatedDays' FROM outbox_messages"),
            "customer|refund_initiated|pending|order-1|100000|5-10 business days");
}

TEST(ApplyTest, AnEventIsTakenOnceWhereverItComesAgain) {
  const Database database;
  auto connection = database.connect();
  const auto delivery = delivery_of(samples::report(successful, 5, "e1"));
  EXPECT_EQ(apply(connection, {delivery, delivery}),
            (Verdicts{Verdict::applied, Verdict::duplicate}));
  EXPECT_EQ(apply(connection, {delivery}), Verdicts{Verdict::duplicate});
  for (const char* table : {"webhook_events", "webhook_payloads", "refund_audit", "outbox_messages",
                            "refunds", "charges", "orders"}) {
    EXPECT_EQ(database.value("SELECT count(*) FROM " + std::string{table}), "1") << table;
  }
  EXPECT_EQ(database.value("SELECT count(*) FROM anomalies"), "0");
}

TEST(ApplyTest, TheSameIdWithAnotherContentIsKeptAndEscalated) {
  const Database database;
  auto connection = database.connect();
  const auto first = delivery_of(samples::report(pending, 5, "e1"));
  auto other = first;
  other.body = "other";
  other.event.content_sha256[0] ^= std::byte{1};
  EXPECT_EQ(apply(connection, {first}), Verdicts{Verdict::applied});
  EXPECT_EQ(apply(connection, {other}), Verdicts{Verdict::duplicate});
  EXPECT_EQ(database.value("SELECT count(*) FROM webhook_payloads"), "2");
  EXPECT_EQ(database.value("SELECT kind, event_id FROM anomalies"), "conflicting_duplicate|e1");
  EXPECT_EQ(database.value("SELECT audience FROM outbox_messages "
                           "WHERE template = 'anomaly_conflicting_duplicate'"),
            "support");
}

TEST(ApplyTest, ALateEventIsBelievedWhenItComesInTime) {
  const Database database;
  auto connection = database.connect();
  auto late = delivery_of(samples::report(successful, 5, "e1"));
  late.event.disposition = domain::Disposition::late;
  late.event.reason = "too old";
  late.event.anomaly = domain::AnomalyKind::late_signature;
  EXPECT_EQ(apply(connection, {late, late}), (Verdicts{Verdict::late, Verdict::duplicate}));
  EXPECT_EQ(database.value("SELECT count(*) FROM refunds"), "0");
  EXPECT_EQ(database.value("SELECT verdict, verdict_reason FROM webhook_events"), "late|too old");

  const auto in_time = delivery_of(samples::report(successful, 5, "e1"));
  EXPECT_EQ(apply(connection, {in_time}), Verdicts{Verdict::applied});
  EXPECT_EQ(database.value("SELECT status FROM refunds"), "successful");
  EXPECT_EQ(database.value("SELECT verdict, verdict_reason FROM webhook_events"), "applied|NULL");
  EXPECT_EQ(apply(connection, {late}), Verdicts{Verdict::duplicate});
}

// The late one is remembered, the other believed, and the bytes of both are kept.
TEST(ApplyTest, ALateEventAndTheSameInTimeMayComeInOneBatch) {
  auto late = delivery_of(samples::report(successful, 5, "e1"));
  late.event.disposition = domain::Disposition::late;
  late.event.reason = "too old";
  late.event.anomaly = domain::AnomalyKind::late_signature;
  const auto in_time = delivery_of(samples::report(successful, 5, "e1"));
  struct Case {
    std::vector<Delivery> batch;
    Verdicts verdicts;
    const char* payload_count;
  };
  const Case cases[] = {
      {{late, in_time}, {Verdict::late, Verdict::applied}, "2"},
      {{late, in_time, late}, {Verdict::late, Verdict::applied, Verdict::duplicate}, "2"},
      {{in_time, late}, {Verdict::applied, Verdict::duplicate}, "1"},
  };
  for (const Case& example : cases) {
    const Database database;
    auto connection = database.connect();
    EXPECT_EQ(store::apply(connection, example.batch), example.verdicts);
    EXPECT_EQ(database.rows("SELECT verdict, verdict_reason FROM webhook_events"),
              Rows{"applied|NULL"});
    EXPECT_EQ(database.value("SELECT count(*) FROM webhook_payloads"), example.payload_count);
    EXPECT_EQ(database.value("SELECT status FROM refunds"), "successful");
    EXPECT_EQ(store::apply(connection, example.batch),
              Verdicts(example.batch.size(), Verdict::duplicate));
  }
}

TEST(ApplyTest, ALateEventIsRedeemedBesideNewOnes) {
  const Database database;
  auto connection = database.connect();
  auto late = delivery_of(samples::report(successful, 5, "e1"));
  late.event.disposition = domain::Disposition::late;
  late.event.reason = "too old";
  EXPECT_EQ(apply(connection, {late}), Verdicts{Verdict::late});
  auto other = samples::report(pending, 6, "e2");
  other.refund_id = "rfnd_2";
  EXPECT_EQ(apply(connection,
                  {delivery_of(other), delivery_of(samples::report(successful, 5, "e1")), late}),
            (Verdicts{Verdict::applied, Verdict::applied, Verdict::duplicate}));
  EXPECT_EQ(
      database.rows("SELECT event_id, verdict, verdict_reason FROM webhook_events ORDER BY 1"),
      (Rows{"e1|applied|NULL", "e2|applied|NULL"}));
  EXPECT_EQ(database.value("SELECT count(*) FROM webhook_payloads"), "3");
}

TEST(ApplyTest, ConflictingDuplicatesOfOneBatchKeepBothContents) {
  const Database database;
  auto connection = database.connect();
  const auto first = delivery_of(samples::report(pending, 5, "e1"));
  auto other = delivery_of(samples::report(successful, 6, "e1"));
  other.body = "other";
  other.event.content_sha256[0] ^= std::byte{1};
  EXPECT_EQ(apply(connection, {first, other, first}),
            (Verdicts{Verdict::applied, Verdict::duplicate, Verdict::duplicate}));
  EXPECT_EQ(database.rows("SELECT convert_from(body, 'UTF8') FROM webhook_payloads ORDER BY 1"),
            (Rows{"other", "{\"id\":\"e1\"}\n"}));
  EXPECT_EQ(database.value("SELECT status FROM refunds"), "pending");
  EXPECT_EQ(database.rows("SELECT kind, event_id FROM anomalies"),
            Rows{"conflicting_duplicate|e1"});
}

TEST(ApplyTest, AChargeThatBecomesKnownAttachesItsRefunds) {
  const Database database;
  auto connection = database.connect();
  auto report = samples::report(successful, 5, "e1");
  report.order_id.reset();
  apply(connection, {delivery_of(report)});
  EXPECT_EQ(database.value("SELECT order_id FROM refunds"), "NULL");
  EXPECT_EQ(database.value("SELECT kind, resolved_at IS NULL FROM anomalies"), "unknown_order|t");

  apply(connection, {delivery_of(samples::charge_report(10, "c1"))});
  EXPECT_EQ(database.value("SELECT order_id FROM refunds"), "order-1");
  EXPECT_EQ(database.value("SELECT status, total_minor, refunded_minor FROM orders"),
            "refunded|100000|100000");
  EXPECT_EQ(database.value("SELECT resolved_by FROM anomalies"), "refundd");
  EXPECT_EQ(database.rows("SELECT event_id, verdict, notes FROM refund_audit ORDER BY audit_id"),
            (Rows{"e1|applied|NULL", "c1|applied|its charge names the order it belongs to"}));
}

TEST(ApplyTest, TheDatabaseHoldsExactlyWhatWasDecided) {
  const Database database;
  auto connection = database.connect();
  // A bare later report: charge, order, amount and reason stay those of the first one.
  auto first = samples::report(pending, 5, "e1");
  first.reason = "duplicate";
  auto bare = samples::report(successful, 6, "e2");
  bare.charge_id.reset();
  bare.order_id.reset();
  bare.amount.reset();
  apply(connection, {delivery_of(first)});
  apply(connection, {delivery_of(bare)});
  // An older report of another amount must still lose against the first one's key.
  auto older = samples::report(pending, 4, "e3");
  older.amount = samples::thb(1);
  EXPECT_EQ(apply(connection, {delivery_of(older)}), Verdicts{Verdict::stale});
  EXPECT_EQ(database.value("SELECT status, charge_id, order_id, amount_minor, reason, "
                           "last_event_id, requested_at, audit_length FROM refunds"),
            "successful|chrg_1|order-1|100000|duplicate|e2|2023-11-14 22:13:24+00|3");
}

TEST(ApplyTest, ACorrectionIsWrittenOnlyAfterTheGoodNewsWent) {
  for (const bool told : {false, true}) {
    const Database database;
    auto connection = database.connect();
    apply(connection, {delivery_of(samples::report(successful, 5, "e1"))});
    if (told) {
      database.run(
          "UPDATE outbox_messages SET state = 'sent', sent_at = now() "
          "WHERE template = 'refund_complete'");
    }
    apply(connection, {delivery_of(samples::report(failed, 6, "e2"))});
    EXPECT_EQ(database.value("SELECT count(*) FROM outbox_messages "
                             "WHERE template = 'refund_correction'"),
              told ? "1" : "0");
    EXPECT_EQ(database.rows("SELECT audience, priority FROM outbox_messages "
                            "WHERE template = 'refund_reversed' ORDER BY 1"),
              (Rows{"finance|high", "support|high"}));
    EXPECT_EQ(database.value("SELECT count(*) FROM anomalies "
                             "WHERE kind = 'contradicting_outcome'"),
              "1");
  }
}

TEST(ApplyTest, ATestModeRefundNeverTouchesALiveOrder) {
  const Database database;
  auto connection = database.connect();
  auto test = samples::report(successful, 5, "e1");
  test.source = "omise-test";
  test.livemode = false;
  apply(connection, {delivery_of(samples::report(pending, 5, "e1")), delivery_of(test)});
  EXPECT_EQ(database.rows("SELECT order_id, livemode, status FROM orders ORDER BY livemode"),
            (Rows{"order-1|f|partially_refunded", "order-1|t|refund_pending"}));
  EXPECT_EQ(database.rows("SELECT livemode, state FROM outbox_messages ORDER BY livemode"),
            (Rows{"f|suppressed", "t|pending"}));
}

TEST(ApplyTest, ABatchOfAnySizeTakesAFixedNumberOfStatements) {
  const Database database;
  auto connection = database.connect();
  int largest = 0;
  for (const int size : {1, 10, 400}) {
    std::vector<Delivery> batch;
    for (int number = 0; number < size; ++number) {
      const std::string id = std::to_string(size) + "-" + std::to_string(number);
      auto report = samples::report(number % 2 == 0 ? failed : successful, number, "e" + id);
      report.refund_id = "r" + id;
      report.charge_id = "c" + id;
      report.order_id = "o" + id;
      auto charge = samples::charge_report(number, "ce" + id);
      charge.charge_id = *report.charge_id;
      charge.order_id = report.order_id;
      batch.push_back(delivery_of(report));
      batch.push_back(delivery_of(charge));
    }
    const auto applied = apply_batch(connection, batch, samples::at(0));
    EXPECT_LE(applied.statement_count, k_statements_per_batch_max);
    if (largest != 0) {
      EXPECT_EQ(applied.statement_count, largest) << size;
    }
    largest = applied.statement_count;
  }
  EXPECT_EQ(database.value("SELECT count(*) FROM refunds"), "411");
}

TEST(ApplyTest, NothingIsWrittenWhenPostgresRefusesOneRow) {
  const Database database;
  database.run("ALTER TABLE refunds ADD CONSTRAINT poison CHECK (refund_id <> 'poison')");
  auto connection = database.connect();
  auto poison = samples::report(pending, 5, "e2");
  poison.refund_id = "poison";
  try {
    apply(connection, {delivery_of(samples::report(pending, 5, "e1")), delivery_of(poison)});
    FAIL() << "the constraint did not hold";
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.kind(), FailureKind::rejected);
    EXPECT_FALSE(failure.connection_lost());
  }
  for (const char* table : {"refunds", "webhook_events", "refund_audit", "outbox_messages"}) {
    EXPECT_EQ(database.value("SELECT count(*) FROM " + std::string{table}), "0") << table;
  }
  EXPECT_EQ(apply(connection, {delivery_of(samples::report(pending, 5, "e1"))}),
            Verdicts{Verdict::applied});
}

}  // namespace
}  // namespace store
