#include "http/webhook.hpp"

#include <gtest/gtest.h>

#include "providers/registry.hpp"
#include "providers/signature.hpp"

namespace http {
namespace {

constexpr std::string_view k_event =
    R"({"type":"refund.created","data":{"id":"re_1","status":"succeeded","amount":1000,)"
    R"("payment_flow":"pfw_1"}})";

providers::Source payjp_source() {
  providers::Source source;
  source.name = "payjp-jp";
  source.provider = providers::find("payjp");
  source.secrets = {"secret-token"};
  source.currency_default = domain::Currency::parse("JPY");
  source.has_test_recipient = true;
  return source;
}

Receipt receipt_of(std::string_view token, std::string_view body) {
  Receipt receipt;
  receipt.head.method = "POST";
  receipt.head.headers.add("X-Payjp-Webhook-Token", std::string{token});
  receipt.body = body;
  receipt.remote_address = "192.0.2.7";
  receipt.received_at = *domain::parse_rfc3339("2026-01-31T10:03:34.000001Z");
  return receipt;
}

TEST(Webhook, BecomesADeliveryWithEverythingThatIsKept) {
  Receipt receipt = receipt_of("secret-token", k_event);
  receipt.head.headers.add("User-Agent", "Payjp\tHook/1");
  const auto accepted = accept(payjp_source(), receipt);
  ASSERT_TRUE(std::holds_alternative<store::Delivery>(accepted));
  const auto& delivery = std::get<store::Delivery>(accepted);
  EXPECT_EQ(delivery.event.source, "payjp-jp");
  EXPECT_EQ(delivery.event.refund_id, "re_1");
  EXPECT_EQ(delivery.body, k_event);
  EXPECT_EQ(delivery.body_sha256, providers::sha256(k_event));
  EXPECT_EQ(delivery.received_at, receipt.received_at);
  EXPECT_EQ(delivery.remote_address, "192.0.2.7");
  EXPECT_EQ(delivery.user_agent, "Payjp Hook/1");
  EXPECT_EQ(delivery.headers_json.find("secret-token"), std::string::npos);
  EXPECT_TRUE(delivery.has_test_recipient);
}

TEST(Webhook, KeepsALongUserAgentShort) {
  Receipt receipt = receipt_of("secret-token", k_event);
  receipt.head.headers.add("User-Agent", std::string(5000, 'u'));
  const auto accepted = accept(payjp_source(), std::move(receipt));
  EXPECT_EQ(std::get<store::Delivery>(accepted).user_agent.size(), k_user_agent_max);
}

TEST(Webhook, RefusesAStrangerBeforeItLooksAtTheBody) {
  const auto refused = accept(payjp_source(), receipt_of("other-token", "not even JSON"));
  ASSERT_TRUE(std::holds_alternative<Answer>(refused));
  EXPECT_EQ(std::get<Answer>(refused).status, 401);
}

TEST(Webhook, RefusesWhatIsNoEvent) {
  const auto refused = accept(payjp_source(), receipt_of("secret-token", "not JSON"));
  ASSERT_TRUE(std::holds_alternative<Answer>(refused));
  EXPECT_EQ(std::get<Answer>(refused).status, 400);
}

TEST(Webhook, IsAnsweredWithItsVerdict) {
  for (const auto verdict :
       {domain::Verdict::applied, domain::Verdict::unchanged, domain::Verdict::stale,
        domain::Verdict::unsupported, domain::Verdict::quarantined, domain::Verdict::late,
        domain::Verdict::duplicate}) {
    const Answer answer = answer_outcome(verdict);
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, R"({"verdict":")" + std::string{domain::to_string(verdict)} + R"("})");
  }
}

TEST(Webhook, ComesAgainWhenNothingIsCommitted) {
  const Answer answer = answer_outcome(ingest::Unavailable{"database away"});
  EXPECT_EQ(answer.status, 503);
  EXPECT_TRUE(answer.retry_later);
  EXPECT_EQ(answer.reason, "database away");
}

}  // namespace
}  // namespace http
