// How the commands of `refundctl outbox` print what they found and did.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "commands/hand_made_history.hpp"
#include "commands/outbox_list.hpp"
#include "commands/outbox_message.hpp"
#include "commands/outbox_retry.hpp"
#include "commands/outbox_show.hpp"
#include "commands/terminal_text.hpp"

namespace {

using commands_test::at;
using testing::HasSubstr;
using testing::Not;

store::OutboxMessage dead_message() {
  store::OutboxMessage message;
  message.message_id = "01900001-0000-7000-8000-000000000000";
  message.audience = "support";
  message.template_name = "refund_failed";
  message.priority = "normal";
  message.source = "omise-th";
  message.refund_id = "rfnd_1";
  message.episode = "1";
  message.payload_json = R"({"type":"refund_failed","amount":100000,"nextStep":"注文を確認"})";
  message.state = "dead";
  message.sink = "desk";
  message.attempts = 12;
  message.next_attempt_at = at("2026-01-31T10:07:00Z");
  message.last_error = "the server answered 410";
  message.created_at = at("2026-01-31T10:03:35.5Z");
  return message;
}

std::string listed(const store::OutboxList& list, bool json = false) {
  std::ostringstream out;
  commands::print_outbox_list(list, json, out);
  return out.str();
}

std::string shown(const store::OutboxMessage& message, bool json = false) {
  std::ostringstream out;
  commands::print_outbox_message(message, json, out);
  return out.str();
}

std::string retried(const commands::OutboxRetryResult& result, bool json = false) {
  std::ostringstream out;
  commands::print_outbox_retry(result, json, out);
  return out.str();
}

TEST(OutboxListTest, IsATableForPeople) {
  auto pending = dead_message();
  pending.state = "pending";
  EXPECT_EQ(
      listed({{dead_message(), pending}, 2}),
      "message                               made                  state    audience  template     "
      "  refund  sink  attempts  next attempt          sent  last error\n"
      "01900001-0000-7000-8000-000000000000  2026-01-31T10:03:35Z  dead     support   "
      "refund_failed  rfnd_1  desk  12                                    the server answered 410\n"
      "01900001-0000-7000-8000-000000000000  2026-01-31T10:03:35Z  pending  support   "
      "refund_failed  rfnd_1  desk  12        2026-01-31T10:07:00Z        the server answered "
      "410\n");
}

TEST(OutboxListTest, SaysHowManyMoreThereAre) {
  EXPECT_THAT(listed({{dead_message()}, 1}), Not(HasSubstr("--limit")));
  EXPECT_THAT(listed({{dead_message()}, 7}), HasSubstr("\n1 of 7 messages; --limit shows more\n"));
  EXPECT_EQ(listed({}), "no messages\n");
}

TEST(OutboxListTest, IsJsonForPrograms) {
  const auto json = nlohmann::json::parse(listed({{dead_message()}, 7}, /*json=*/true));
  EXPECT_EQ(json.at("total"), 7);
  const auto& message = json.at("messages").at(0);
  EXPECT_EQ(message.at("message_id"), "01900001-0000-7000-8000-000000000000");
  EXPECT_EQ(message.at("created_at"), "2026-01-31T10:03:35.500000Z");
  EXPECT_EQ(message.at("attempts"), 12);
  EXPECT_EQ(message.at("payload").at("amount"), 100000);
  EXPECT_TRUE(message.at("sent_at").is_null());
  EXPECT_TRUE(message.at("order_id").is_null());
  EXPECT_EQ(nlohmann::json::parse(listed({}, /*json=*/true)).at("messages").size(), 0U);
}

TEST(OutboxShowTest, HasEveryColumnAndThePayload) {
  const auto text = shown(dead_message());
  for (const auto* line :
       {"message_id          01900001-0000-7000-8000-000000000000\n", "livemode            true\n",
        "created_at          2026-01-31T10:03:35.500000Z\n", "sent_at\n",
        "payload.amount      100000\n", "payload.nextStep    注文を確認\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
  EXPECT_EQ(nlohmann::json::parse(shown(dead_message(), /*json=*/true)).at("payload").at("type"),
            "refund_failed");
}

TEST(OutboxShowTest, TakesAPayloadThatIsNone) {
  auto message = dead_message();
  message.payload_json = "[1";
  EXPECT_THAT(shown(message), HasSubstr("dead"));
  EXPECT_TRUE(nlohmann::json::parse(shown(message, /*json=*/true)).at("payload").is_null());
}

TEST(OutboxShowTest, PrintsNothingThatATerminalObeys) {
  auto message = dead_message();
  const std::string evil = "\x1b[2J\n\xC2\x9B\xE2\x80\xAE";
  message.last_error = message.sink = message.refund_id = evil;
  message.payload_json = R"({"a\u001b[2J":"\u001b[2J\n"})";
  for (auto text : {shown(message), listed({{message}, 1})}) {
    std::erase(text, '\n');
    EXPECT_EQ(commands::printable(text), text);
  }
}

TEST(OutboxRetryTest, SaysWhatWouldHappenAndThatItDidNot) {
  const commands::OutboxRetryResult result{true, 3, {dead_message(), dead_message()}};
  EXPECT_THAT(retried(result), HasSubstr("01900001-0000-7000-8000-000000000000"));
  EXPECT_THAT(retried(result),
              HasSubstr("…\n\n3 messages would be tried again. Nothing was changed: --yes does "
                        "it\n"));
  const auto json = nlohmann::json::parse(retried(result, /*json=*/true));
  EXPECT_EQ(json.at("dry_run"), true);
  EXPECT_EQ(json.at("count"), 3);
  EXPECT_EQ(json.at("messages").size(), 2U);
}

TEST(OutboxRetryTest, SaysWhatHappened) {
  EXPECT_THAT(retried({false, 1, {dead_message()}}),
              HasSubstr("\n1 message will be tried again\n"));
  EXPECT_EQ(retried({false, 0, {}}), "no dead messages\n");
  EXPECT_EQ(nlohmann::json::parse(retried({false, 0, {}}, /*json=*/true)).at("count"), 0);
}

}  // namespace
