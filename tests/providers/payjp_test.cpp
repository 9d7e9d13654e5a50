// PAY.JP's proof and bodies, in every documented shape.
#include <gtest/gtest.h>

#include "providers/decoding.hpp"
#include "providers/signature.hpp"

namespace providers {
namespace {

using domain::ChargeStatus;
using domain::Disposition;
using domain::RefundStatus;

Trust trust_of(std::initializer_list<const char*> tokens, const Secrets& secrets) {
  Headers headers;
  for (const char* const token : tokens) {
    headers.add("x-payjp-webhook-token", token);
  }
  return k_payjp.authenticate(headers, "{}", {secrets, std::chrono::seconds{300}, {}}).trust;
}

TEST(PayjpToken, IsTrustedWhereItIsOneOfThoseConfigured) {
  EXPECT_EQ(trust_of({"whook_a"}, {"whook_a"}), Trust::trusted);
  EXPECT_EQ(trust_of({"whook_a"}, {"whook_b", "whook_a"}), Trust::trusted);
  EXPECT_EQ(trust_of({"whook_a"}, {"whook_a", "whook_b"}), Trust::trusted);
}

TEST(PayjpToken, IsRefusedWhereItDiffersAtAll) {
  for (const char* const token :
       {"", "whook_", "whook_b", "whook_aa", "WHOOK_A", "whook_a ", "*"}) {
    EXPECT_EQ(trust_of({token}, {"whook_a"}), Trust::wrong_signature) << token;
  }
  EXPECT_EQ(trust_of({"whook_a"}, {}), Trust::wrong_signature);
}

TEST(PayjpToken, IsMissingWhereItIsAbsentOrThereTwice) {
  EXPECT_EQ(trust_of({}, {"whook_a"}), Trust::missing_signature);
  EXPECT_EQ(trust_of({"whook_a", "whook_a"}, {"whook_a"}), Trust::missing_signature);
}

TEST(PayjpDecode, ReadsTheSampleOfTheDocumentation) {
  const std::string body = fixture("payjp_minimal");
  const auto event = payjp_event(body);
  EXPECT_EQ(event.disposition, Disposition::apply);
  EXPECT_EQ(event.event_id, "derived:" + to_hex(sha256(body)));
  EXPECT_EQ(event.event_type, "refund.created");
  EXPECT_EQ(event.occurred_at, live_options().received_at);
  EXPECT_TRUE(event.livemode);
  EXPECT_EQ(event.refund_id, "re_xxxxx");
  EXPECT_EQ(event.charge_id, "pfw_xxxxx");
  ASSERT_TRUE(event.refund);
  EXPECT_EQ(event.refund->status, RefundStatus::successful);
  EXPECT_EQ(event.refund->provider_status, "succeeded");
  EXPECT_EQ(event.refund->amount, money(1000, "JPY"));
  EXPECT_EQ(event.refund->charge_id, "pfw_xxxxx");
  EXPECT_EQ(event.refund->event_id, event.event_id);
}

TEST(PayjpDecode, ReadsTheCurrentShape) {
  const auto event = payjp_event(fixture("payjp_current"));
  EXPECT_EQ(event.event_id, "evnt_current");
  EXPECT_EQ(event.occurred_at, at("2026-01-31T10:00:02.123456Z"));
  ASSERT_TRUE(event.refund);
  EXPECT_EQ(event.refund->refund_id, "re_current");
  EXPECT_EQ(event.refund->charge_id, "pfw_current");
  EXPECT_EQ(event.refund->status, RefundStatus::pending);
  EXPECT_FALSE(event.refund->action_required);
  EXPECT_EQ(event.refund->amount, money(1500, "JPY"));
  EXPECT_EQ(event.refund->order_id, "ORD-3003");
  EXPECT_EQ(event.refund->reason, "requested_by_customer");
  EXPECT_EQ(event.refund->metadata_json, R"({"order_id":"ORD-3003","points":12,"vip":true})");
  EXPECT_EQ(event.refund->evidence, domain::Evidence::token_webhook);
}

TEST(PayjpDecode, ReadsTheOlderNamesAndTheResourcesUpdateTime) {
  const auto event = payjp_event(fixture("payjp_older_names"));
  EXPECT_EQ(event.occurred_at, at("2026-01-31T11:00:00Z"));
  ASSERT_TRUE(event.refund);
  EXPECT_EQ(event.refund->status, RefundStatus::canceled);
  EXPECT_EQ(event.refund->charge_id, "pfw_older");
  EXPECT_EQ(event.refund->order_id, "ORD-OLD");
  EXPECT_EQ(event.refund->reason, std::nullopt);
}

TEST(PayjpDecode, PrefersTheNewNames) {
  const auto event = payjp_event(payjp_body(R"({"created_at": null, "data": {
      "metadata": {"order_id": "NEW"}, "meta_data": {"order_id": "OLD"},
      "updated_at": "2026-01-05T00:00:00Z", "updated_date": "2026-01-04T00:00:00Z",
      "created_at": "2026-01-03T00:00:00Z", "created_date": "2026-01-02T00:00:00Z"}})"));
  ASSERT_TRUE(event.refund);
  EXPECT_EQ(event.refund->order_id, "NEW");
  EXPECT_EQ(event.occurred_at, at("2026-01-05T00:00:00Z"));
}

TEST(PayjpDecode, ReadsRequiredActionFromAPrettyPrintedBody) {
  const auto event = payjp_event(fixture("payjp_requires_action"));
  ASSERT_TRUE(event.refund);
  EXPECT_EQ(event.refund->status, RefundStatus::pending);
  EXPECT_TRUE(event.refund->action_required);
  EXPECT_EQ(event.refund->provider_status, "requires_action");
}

TEST(PayjpDecode, ReadsAPaymentFlow) {
  const auto event = payjp_event(fixture("payjp_payment_flow"));
  EXPECT_EQ(event.disposition, Disposition::apply);
  EXPECT_EQ(event.charge_id, "pfw_flow");
  EXPECT_EQ(event.refund_id, "");
  EXPECT_FALSE(event.refund);
  ASSERT_TRUE(event.charge);
  EXPECT_EQ(event.charge->status, ChargeStatus::successful);
  EXPECT_EQ(event.charge->amount, money(4500, "JPY"));
  EXPECT_EQ(event.charge->order_id, "ORD-4004");
  EXPECT_EQ(event.charge->payment_method, "paypay");
  EXPECT_EQ(event.charge->charged_at, at("2026-01-31T09:59:00Z"));
}

TEST(PayjpDecode, TakesTheAmountAskedForWhereNoneWasReceived) {
  for (const char* const received : {"null", "0", "-1", "\"4500\"", "4500.5"}) {
    const auto event = payjp_event(with(fixture("payjp_payment_flow"), R"("amount_received":4500)",
                                        R"("amount_received":)" + std::string{received}));
    ASSERT_TRUE(event.charge) << received;
    EXPECT_EQ(event.charge->amount, money(5000, "JPY")) << received;
  }
}

TEST(PayjpDecode, LearnsThePaymentFromAnExpandedOne) {
  const auto event = payjp_event(fixture("payjp_expanded_flow"));
  ASSERT_TRUE(event.refund);
  EXPECT_EQ(event.refund->charge_id, "pfw_expflow");
  ASSERT_TRUE(event.charge);
  EXPECT_EQ(event.charge->charge_id, "pfw_expflow");
  EXPECT_EQ(event.charge->amount, money(5000, "JPY"));
  EXPECT_EQ(event.charge->status, ChargeStatus::successful);
  EXPECT_EQ(event.charge->order_id, "ORD-5005");
}

TEST(PayjpDecode, QuarantinesTwoDifferentCharges) {
  expect_quarantined(payjp_event(payjp_body(R"({"data":{"payment_flow":"pfw_2"}})")),
                     "the refund names two different charges");
}

TEST(PayjpDecode, MapsEveryStatusForEveryRefundType) {
  using Case = std::pair<const char*, std::optional<RefundStatus>>;
  for (const char* const type : {"refund.created", "refund.updated", "refund.failed"}) {
    for (const auto& [word, status] :
         {Case{"succeeded", RefundStatus::successful}, Case{"pending", RefundStatus::pending},
          Case{"requires_action", RefundStatus::pending}, Case{"failed", RefundStatus::failed},
          Case{"canceled", RefundStatus::canceled}, Case{"closed", std::nullopt},
          Case{"successful", std::nullopt}}) {
      const auto event = payjp_event(payjp_body(R"({"type":")" + std::string{type} +
                                                R"(","data":{"status":")" + word + R"("}})"));
      ASSERT_TRUE(event.refund) << type << word;
      EXPECT_EQ(event.refund->status, status) << type << word;
      EXPECT_EQ(event.refund->action_required, word == std::string{"requires_action"});
      EXPECT_EQ(event.refund->provider_status, word);
    }
  }
}

TEST(PayjpDecode, TakesAMissingStatusFromTheTypeElseFromTheConfiguration) {
  const auto failed = payjp_event(fixture("payjp_failed_without_status"));
  ASSERT_TRUE(failed.refund);
  EXPECT_EQ(failed.refund->status, RefundStatus::failed);
  auto options = live_options();
  options.missing_status = RefundStatus::successful;
  const auto created = payjp_event(payjp_body(R"({"data":{"status":null}})"), options);
  ASSERT_TRUE(created.refund);
  EXPECT_EQ(created.refund->status, RefundStatus::successful);
}

TEST(PayjpDecode, TakesTheConfiguredCurrencyBeforeYen) {
  auto options = live_options();
  options.currency_default = domain::Currency::parse("USD");
  EXPECT_EQ(payjp_event(payjp_body(), options).refund->amount, money(1000, "USD"));
  EXPECT_EQ(payjp_event(payjp_body(R"({"data":{"currency":"jpy"}})"), options).refund->amount,
            money(1000, "JPY"));
}

TEST(PayjpDecode, CallsOtherTypesUnsupported) {
  for (const char* const type : {"payment_flow.created", "refund.success", "customer.created"}) {
    const auto event =
        payjp_event(with(fixture("payjp_payment_flow"), "payment_flow.succeeded", type));
    EXPECT_EQ(event.disposition, Disposition::unsupported) << type;
    EXPECT_EQ(event.charge_id, "pfw_flow") << type;
    EXPECT_FALSE(event.charge) << type;
  }
}

}  // namespace
}  // namespace providers
