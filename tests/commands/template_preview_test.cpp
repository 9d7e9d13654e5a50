#include "commands/template_preview.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "commands/hand_made_history.hpp"

namespace {

using commands::find_preview_subject;
using commands_test::at;
using commands_test::failed_history;
using commands_test::successful_history;
using domain::Audience;
using nlohmann::json;
using testing::HasSubstr;

const domain::Time k_now = at("2026-02-01T09:00:00Z");

json payload_of(const store::DueMessage& message) {
  return json::parse(message.payload_json);
}

TEST(PreviewSubjectTest, IsNamedByATemplateOrAMessage) {
  for (const auto& contract : outbox::template_contracts()) {
    const auto subject = find_preview_subject(contract.name);
    ASSERT_TRUE(subject) << contract.name;
    EXPECT_EQ(subject->contract, &contract);
  }
  EXPECT_EQ(find_preview_subject("finance_refund_reversed")->message_template, "refund_reversed");
  EXPECT_EQ(find_preview_subject("anomaly_past_window")->contract->name, "anomaly");
  EXPECT_FALSE(find_preview_subject("anomaly_nonsense"));
  EXPECT_FALSE(find_preview_subject("anomaly_"));
  EXPECT_FALSE(find_preview_subject("nonsense"));
  EXPECT_FALSE(find_preview_subject(""));
}

TEST(PreviewSubjectTest, ASampleOfEachFindsItsTemplateAgain) {
  for (const auto& contract : outbox::template_contracts()) {
    const auto message = commands::sample_message(*find_preview_subject(contract.name), k_now);
    EXPECT_EQ(outbox::contract_for(message.audience, message.template_name), &contract);
    EXPECT_EQ(message.order_id, "ORDER-1");
    EXPECT_EQ(payload_of(message).at("chargeId"), "CHARGE-1");
  }
}

TEST(PreviewFactsTest, AreThoseOfTheRefund) {
  const auto message = commands::message_about(
      failed_history(), *find_preview_subject("insufficient_balance"), k_now);
  EXPECT_EQ(message.audience, Audience::finance);
  EXPECT_EQ(message.source + message.refund_id + message.order_id, "omise-thrfnd_11001");
  EXPECT_EQ(message.payment_method, "card");
  EXPECT_EQ(message.charged_at, at("2026-01-15T09:00:00Z"));
  const auto payload = payload_of(message);
  EXPECT_EQ(payload.at("chargeId"), "chrg_1");
  EXPECT_EQ(payload.at("amount"), 100000);
  EXPECT_EQ(payload.at("currency"), "THB");
  EXPECT_EQ(payload.at("failureCode"), "insufficient_balance");
  EXPECT_EQ(payload.at("pendingSeconds"), 2 * 24 * 3600);
}

TEST(PreviewFactsTest, AreThoseOfTheMessageThatWasReallyMade) {
  auto history = failed_history();
  history.messages[0].payload_json = R"({"failureCode":"as it was told"})";
  const auto message =
      commands::message_about(history, *find_preview_subject("refund_failed"), k_now);
  EXPECT_EQ(payload_of(message), json::parse(R"({"failureCode":"as it was told"})"));
}

TEST(PreviewFactsTest, AreThoseOfTheRefundsNewestAnomaly) {
  const auto history = failed_history();
  const auto any = commands::message_about(history, *find_preview_subject("anomaly"), k_now);
  EXPECT_EQ(any.template_name, "anomaly_unknown_order");
  const auto named =
      commands::message_about(history, *find_preview_subject("anomaly_past_window"), k_now);
  EXPECT_EQ(payload_of(named).at("found"), "2026-01-30T09:00:00Z");
  const auto sample =
      commands::message_about(successful_history(), *find_preview_subject("anomaly"), k_now);
  EXPECT_EQ(sample.template_name, "anomaly_over_refund");
}

TEST(PreviewFactsTest, AreMarkedWhereTheyAreATest) {
  auto history = successful_history();
  history.refund->livemode = false;
  history.charge.reset();
  const auto message =
      commands::message_about(history, *find_preview_subject("refund_complete"), k_now);
  EXPECT_FALSE(message.livemode);
  EXPECT_EQ(message.payment_method, "");
}

class PreviewPrintTest : public testing::Test {
 protected:
  static std::string printed(commands::PreviewPart part, bool as_json) {
    outbox::Outgoing outgoing;
    outgoing.template_name = "refund_complete";
    outgoing.language = "ja";
    outgoing.refund_id = "rfnd_1";
    outgoing.rendered = {"返金", "one\n\n\ttwo\x1b\n", "<p>\n"};
    std::ostringstream out;
    commands::print_preview(outgoing, "refund_complete", part, as_json, out);
    return out.str();
  }
};

TEST_F(PreviewPrintTest, IsTheTextItself) {
  using enum commands::PreviewPart;
  EXPECT_EQ(printed(subject, false), "返金\n");
  EXPECT_EQ(printed(text, false), "one\n\n\ttwo\\x1b\n");
  EXPECT_EQ(printed(html, false), "<p>\n");
  EXPECT_EQ(printed(all, false), "Subject: 返金\n\none\n\n\ttwo\\x1b\n\n<p>\n");
}

TEST_F(PreviewPrintTest, IsJsonForPrograms) {
  using enum commands::PreviewPart;
  const auto whole = json::parse(printed(all, true));
  EXPECT_EQ(whole.at("subject"), "返金");
  EXPECT_EQ(whole.at("text"), "one\n\n\ttwo\x1b\n");
  EXPECT_EQ(whole.at("html"), "<p>\n");
  EXPECT_EQ(whole.at("language"), "ja");
  EXPECT_EQ(whole.at("audience"), "customer");
  const auto part = json::parse(printed(subject, true));
  EXPECT_TRUE(part.contains("subject"));
  EXPECT_FALSE(part.contains("html"));
}

}  // namespace
