#include "reads/answer.hpp"

#include <gtest/gtest.h>

#include "domain/samples.hpp"
#include "providers/registry.hpp"

namespace reads {
namespace {

using domain::Evidence;
using domain::RefundStatus;
using store::HeldRefund;

providers::Source payjp() {
  providers::Source source;
  source.name = "payjp-jp";
  source.provider = providers::find("payjp");
  return source;
}

constexpr const char* k_created_at = "2023-11-14T22:13:20Z";  // samples::at(0)

// As PAY.JP gives it; updated a minute after it was made.
providers::ApiItem refund(const std::string& status) {
  const auto item = providers::parse_item(
      R"({"object":"payment_refund","id":"re_1","livemode":true,"payment_flow_id":"pfw_1",)"
      R"("amount":1000,"status":")" +
      status + R"(","created_at":")" + k_created_at + R"(","updated_at":"2023-11-14T22:14:20Z"})");
  return *item;
}

HeldRefund held(RefundStatus status, int second, Evidence evidence = Evidence::token_webhook) {
  HeldRefund held;
  held.status = status;
  held.key = {is_terminal(status), samples::at(second), domain::status_rank(status, false),
              evidence, "evnt_1"};
  held.amount = samples::jpy(1000);
  held.charge_id = "pfw_1";
  return held;
}

Answer answer(const std::string& status, const std::optional<HeldRefund>& held,
              int asked_second = 1000) {
  const auto answer = answer_of(payjp(), refund(status), held, samples::at(asked_second),
                                samples::at(asked_second + 1));
  EXPECT_TRUE(answer);
  return *answer;
}

TEST(Answer, OfARefundThatIsNotKnownHereIsNews) {
  const auto news = answer("succeeded", std::nullopt);
  EXPECT_EQ(news.agreement, Agreement::news);
  const auto& report = *news.read.event.refund;
  EXPECT_EQ(report.status, RefundStatus::successful);
  EXPECT_EQ(report.evidence, Evidence::api_read);
  EXPECT_EQ(report.occurred_at, samples::at(60)) << "the refund's own time";
  EXPECT_EQ(report.requested_at, samples::at(0));
  EXPECT_FALSE(news.read.event.anomaly);
}

TEST(Answer, ThatSaysWhatIsHeldAgrees) {
  EXPECT_EQ(answer("pending", held(RefundStatus::pending, 0)).agreement, Agreement::agrees);
  EXPECT_EQ(answer("succeeded", held(RefundStatus::successful, 900)).agreement, Agreement::agrees);
}

TEST(Answer, WithAnotherAmountIsNews) {
  auto other = held(RefundStatus::successful, 900);
  other.amount = samples::jpy(999);
  EXPECT_EQ(answer("succeeded", other).agreement, Agreement::news);
}

TEST(Answer, WithAnOutcomeOfAPendingRefundIsNewsWithItsOwnTime) {
  const auto news = answer("succeeded", held(RefundStatus::pending, 900));
  EXPECT_EQ(news.agreement, Agreement::news);
  EXPECT_EQ(news.read.event.occurred_at, samples::at(60));
}

TEST(Answer, WithAnotherOutcomeIsTheLaterTruth) {
  const auto news = answer("failed", held(RefundStatus::successful, 900));
  EXPECT_EQ(news.agreement, Agreement::news);
  EXPECT_EQ(news.read.event.occurred_at, samples::at(1000)) << "when it was asked for";
  EXPECT_FALSE(news.read.event.anomaly) << "two outcomes are an anomaly by themselves";
}

TEST(Answer, ThatIsPendingDisputesAnOutcome) {
  const auto disputed = answer("pending", held(RefundStatus::successful, 10));
  EXPECT_EQ(disputed.agreement, Agreement::disputed);
  EXPECT_EQ(disputed.read.event.anomaly, domain::AnomalyKind::provider_disagrees);
  EXPECT_EQ(disputed.read.event.reason,
            "the API says pending, here it is successful by token_webhook");
}

TEST(Answer, ThatContradictsAnEventFromTheFutureDisputesIt) {
  const auto disputed = answer("failed", held(RefundStatus::successful, 2'000'000));
  EXPECT_EQ(disputed.agreement, Agreement::disputed);
}

TEST(Answer, ThatWasAskedForBeforeTheOutcomeCameIsOvertaken) {
  auto later = held(RefundStatus::successful, 900);
  later.updated_at = samples::at(1000);
  EXPECT_EQ(answer("pending", later, 1000).agreement, Agreement::overtaken);
  EXPECT_EQ(answer("failed", later, 1000).agreement, Agreement::overtaken);
  EXPECT_EQ(answer("pending", later, 1001).agreement, Agreement::disputed);
}

TEST(Answer, WithAWordThatIsNotKnownIsUnclear) {
  EXPECT_EQ(answer("resting", held(RefundStatus::pending, 0)).agreement, Agreement::unclear);
}

TEST(Answer, OfAnotherModeIsUnclearAndQuarantined) {
  auto source = payjp();
  source.livemode = false;
  const auto answer =
      answer_of(source, refund("succeeded"), std::nullopt, samples::at(0), samples::at(1));
  EXPECT_EQ(answer->agreement, Agreement::unclear);
  EXPECT_EQ(answer->read.event.disposition, domain::Disposition::quarantined);
}

TEST(Answer, ReadAgainIsTheSameEvent) {
  const auto first = answer("pending", held(RefundStatus::pending, 0), 1000);
  const auto again = answer("pending", held(RefundStatus::pending, 0), 5000);
  EXPECT_EQ(first.read.event.event_id, again.read.event.event_id);
  EXPECT_EQ(first.read.event.content_sha256, again.read.event.content_sha256);
}

TEST(Answer, ThatContradictsSomethingElseIsAnotherEvent) {
  auto other = held(RefundStatus::successful, 900);
  const auto first = answer("failed", other);
  other.key.event_id = "evnt_2";
  const auto second = answer("failed", other);
  EXPECT_NE(first.read.event.event_id, second.read.event.event_id);
}

TEST(Answer, IsReadFromItsStoredBytesAsItWasRead) {
  const auto news = answer("failed", held(RefundStatus::successful, 900));
  providers::DecodeOptions options;
  options.source = "payjp-jp";
  options.evidence = Evidence::api_read;
  options.received_at = samples::at(9999);
  const auto decoded = payjp().provider->decode(news.read.body, options);
  const auto& event = std::get<domain::Event>(decoded);
  EXPECT_EQ(event.event_id, news.read.event.event_id);
  EXPECT_EQ(event.refund->occurred_at, news.read.event.refund->occurred_at);
  EXPECT_EQ(event.refund->requested_at, news.read.event.refund->requested_at);
  EXPECT_EQ(event.refund->status, RefundStatus::failed);
}

}  // namespace
}  // namespace reads
