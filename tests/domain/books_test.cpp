#include "domain/books.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "domain/samples.hpp"

namespace domain {
namespace {

using enum RefundStatus;

bool has_anomaly(const Books& books, AnomalyKind kind) {
  return std::any_of(books.anomalies().begin(), books.anomalies().end(),
                     [kind](const Anomaly& anomaly) { return anomaly.kind == kind; });
}

RefundReport report_without_order() {
  auto report = samples::report(pending, 0, "e1");
  report.order_id.reset();
  return report;
}

const Key k_refund{"omise-th", "rfnd_1"};

TEST(BooksTest, ARefundIsAttachedWhenItsChargeBecomesKnown) {
  Books books;
  books.apply(samples::event_of(report_without_order()), {});
  EXPECT_FALSE(books.refunds().at(k_refund).order_id);
  books.apply(samples::event_of(samples::charge_report(10, "c1")), {});
  EXPECT_EQ(books.refunds().at(k_refund).order_id, "order-1");
  EXPECT_TRUE(books.touched_orders().count({"order-1", true}));
  ASSERT_EQ(books.audit().size(), 2);
  EXPECT_EQ(books.audit().back().event_id, "c1");
  EXPECT_EQ(books.audit().back().order_id, "order-1");
  EXPECT_EQ(books.audit().back().event_index, 1);
  books.examine_touched();
  EXPECT_FALSE(has_anomaly(books, AnomalyKind::unknown_order));
  EXPECT_TRUE(books.refunds_with_order().count(k_refund));
}

TEST(BooksTest, ARefundWhoseChargeIsKnownAlreadyIsAttachedAtOnce) {
  Books books;
  books.apply(samples::event_of(samples::charge_report(10, "c1")), {});
  books.apply(samples::event_of(report_without_order()), {});
  EXPECT_EQ(books.refunds().at(k_refund).order_id, "order-1");
  EXPECT_EQ(books.messages().front().order_id, "order-1");
}

TEST(BooksTest, ARefundThatAnothersEventAttachesKeepsItsAmountInTheAuditTrail) {
  Books books;
  books.apply(samples::event_of(report_without_order()), {});
  auto other = samples::report(pending, 10, "e2");
  other.refund_id = "rfnd_2";
  other.amount = samples::thb(1);
  auto event = samples::event_of(other);
  event.charge = samples::charge_report(10, "e2");
  books.apply(event, {});
  for (const AuditDraft& entry : books.audit()) {
    EXPECT_EQ(entry.amount, entry.refund == k_refund ? samples::thb(100'000) : samples::thb(1));
  }
  EXPECT_EQ(std::ranges::count(books.audit(), k_refund, &AuditDraft::refund), 2);
}

TEST(BooksTest, AStaleReportThatAttachesItsRefundDoesNotChangeItsAmount) {
  Books books;
  auto end = samples::report(successful, 10, "e2");
  end.order_id.reset();
  books.apply(samples::event_of(end), {});
  auto start = report_without_order();
  start.amount = samples::thb(1);
  auto event = samples::event_of(start);
  event.charge = samples::charge_report(0, "e1");
  books.apply(event, {});
  EXPECT_EQ(books.refunds().at(k_refund).amount.value, samples::thb(100'000));
  EXPECT_EQ(books.refunds().at(k_refund).order_id, "order-1");
  for (const AuditDraft& entry : books.audit()) {
    EXPECT_TRUE(entry.verdict != Verdict::applied || entry.amount == samples::thb(100'000))
        << entry.notes;
  }
  EXPECT_EQ(std::ranges::count(books.audit(), Verdict::applied, &AuditDraft::verdict), 2);
}

TEST(BooksTest, ARefundWithoutAnyOrderIsAnAnomaly) {
  Books books;
  books.apply(samples::event_of(report_without_order()), {});
  books.examine_touched();
  EXPECT_TRUE(has_anomaly(books, AnomalyKind::unknown_order));
}

TEST(BooksTest, ARefundThatNamesAnUnknownChargeStillGathersThere) {
  Books books;
  books.apply(samples::event_of(report_without_order()), {});
  const Charge& charge = books.charges().at({"omise-th", "chrg_1"});
  EXPECT_FALSE(charge.amount.value);
  EXPECT_TRUE(books.changed_charges().count({"omise-th", "chrg_1"}));
}

TEST(BooksTest, EveryChargeThatAReportNamesIsKnownWhicheverWins) {
  auto later = samples::report(successful, 10, "e2");
  later.charge_id = "chrg_2";
  Books books;
  books.apply(samples::event_of(later), {});
  books.apply(samples::event_of(samples::report(pending, 0, "e1")), {});
  EXPECT_EQ(books.refunds().at(k_refund).charge_id.value, "chrg_2");
  EXPECT_TRUE(books.charges().count({"omise-th", "chrg_1"}));
}

TEST(BooksTest, AnOrderWhoseTotalBecomesKnownIsTouched) {
  Books books;
  auto charge = samples::charge_report(10, "c1");
  charge.order_id.reset();
  books.put(*decide(std::nullopt, samples::report(pending, 0, "e1")).next);
  books.apply(samples::event_of(charge), {});
  EXPECT_TRUE(books.touched_orders().count({"order-1", true}));
}

TEST(BooksTest, TestModeMessagesAreSuppressedUnlessSomebodyGetsThem) {
  auto report = samples::report(pending, 0, "e1");
  report.livemode = false;
  for (const bool has_test_recipient : {false, true}) {
    Books books;
    books.apply(samples::event_of(report), {{}, has_test_recipient});
    ASSERT_EQ(books.messages().size(), 1);
    EXPECT_EQ(books.messages().front().suppressed, !has_test_recipient);
    EXPECT_TRUE(books.touched_orders().count({"order-1", false}));
  }
}

TEST(BooksTest, ALateEventIsRecordedAndMovesNothing) {
  Books books;
  const auto known = *decide(std::nullopt, samples::report(pending, 0, "e1")).next;
  books.put(known);
  auto event = samples::event_of(samples::report(successful, 10, "e2"));
  event.disposition = Disposition::late;
  event.anomaly = AnomalyKind::late_signature;
  event.reason = "the signature is too old";
  const auto result = books.apply(event, {});
  EXPECT_EQ(result.verdict, Verdict::late);
  EXPECT_EQ(books.refunds().at(k_refund), known);
  EXPECT_TRUE(books.changed_refunds().empty());
  EXPECT_TRUE(books.messages().empty());
  EXPECT_TRUE(has_anomaly(books, AnomalyKind::late_signature));
  ASSERT_EQ(books.audit().size(), 1);
  EXPECT_EQ(books.audit().front().verdict, Verdict::late);
  EXPECT_EQ(books.audit().front().notes, "the signature is too old");
}

TEST(BooksTest, AQuarantinedEventOfAnUnknownRefundMakesNone) {
  Books books;
  auto event = samples::event_of(samples::report(successful, 10, "e2"));
  event.disposition = Disposition::quarantined;
  event.anomaly = AnomalyKind::mode_mismatch;
  EXPECT_EQ(books.apply(event, {}).verdict, Verdict::quarantined);
  EXPECT_TRUE(books.refunds().empty());
  EXPECT_TRUE(books.audit().empty());
}

TEST(BooksTest, ADuplicateChangesNothingButKeepsTheCount) {
  Books books;
  const auto event = samples::event_of(samples::report(pending, 0, "e1"));
  books.note_duplicate(event, {}, /*conflicting=*/false);
  EXPECT_TRUE(books.anomalies().empty());
  books.note_duplicate(event, {}, /*conflicting=*/true);
  EXPECT_TRUE(has_anomaly(books, AnomalyKind::conflicting_duplicate));
  books.apply(event, {});
  EXPECT_EQ(books.audit().front().event_index, 2);
}

}  // namespace
}  // namespace domain
