#include "commands/explain.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "commands/explain_text.hpp"
#include "commands/hand_made_history.hpp"
#include "commands/terminal_text.hpp"

namespace {

using commands::Language;
using commands_test::failed_history;
using commands_test::successful_history;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string printed(const store::RefundHistory& history, Language language) {
  std::ostringstream out;
  commands::print_history(history, language, out);
  return out.str();
}

/// The column of the terminal where `word` begins in the first line of `text` that holds it.
std::size_t column_of(const std::string& text, std::string_view word) {
  const auto found = text.find(word);
  EXPECT_NE(found, std::string::npos) << word;
  const auto begin = text.rfind('\n', found) + 1;
  return commands::display_width(std::string_view{text}.substr(begin, found - begin));
}

TEST(ExplainTest, TellsEverythingInEnglish) {
  const auto text = printed(failed_history(), Language::english);
  for (const auto* line :
       {"Refund rfnd_1 (omise-th)\n", "Events (3)\n", "Audit entries (2)\n", "Messages (1)\n",
        "Anomalies (2)\n", "  The refund of 1,000.00 THB has failed: it paid nothing back.\n",
        "  2026-01-30T09:00:01Z  2026-01-30T09:00:00Z  refund.create   applied  signed_webhook  "
        "203.0.113.7  evnt_1\n",
        "evnt_3  the signature is right, but its time is more than 300 seconds away from ours\n",
        "  2    2026-01-31T10:03:35Z  applied  pending  failed   1,000.00 THB        evnt_2\n",
        "made                  audience  template       priority  state    sink  attempts  sent  "
        "next attempt          reference  last error               what to do\n",
        "support   refund_failed  normal    pending  desk  2               2026-01-31T10:07:00Z    "
        " "
        "        the server answered 503  Ask finance to top up",
        "past_window    open                             within 365 days of 2025",
        "unknown_order  2026-01-30T09:05:00Z by refundd\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST(ExplainTest, TellsEverythingInJapanese) {
  const auto text = printed(failed_history(), Language::japanese);
  for (const auto* line :
       {"返金 rfnd_1（omise-th）\n", "通知（3件）\n", "監査記録（2件）\n", "連絡（1件）\n",
        "異常（2件）\n", "  1,000.00 THBの返金は失敗しました。", "反映", "署名付き通知",
        "署名は正しいものの、署名時刻が当社の時刻と300秒を超えてずれています\n", "処理中  失敗",
        "作成日時              宛先      内容        優先度  状態      送信経路  送信回数  "
        "送信日時  "
        "次回送信              受付番号  直近のエラー             必要な対応\n",
        "サポート  返金の失敗  通常    送信待ち  desk      2                   "
        "2026-01-31T10:07:00Z            the server answered 503  ",
        "決済会社の残高の補充を経理に依頼し、そのうえで返金を再度作成してください。\n",
        "返金期限の超過  未解決", "365日以内（起算：2025-01-01T00:00:00Z）",
        "注文不明        2026-01-30T09:05:00Z（refundd）\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST(ExplainTest, KeepsColumnsUnderTheirHeadingsInBothLanguages) {
  const auto english = printed(failed_history(), Language::english);
  EXPECT_EQ(column_of(english, "evidence"), column_of(english, "signed_webhook"));
  EXPECT_EQ(column_of(english, "from  "), column_of(english, "203.0.113.7"));
  const auto japanese = printed(failed_history(), Language::japanese);
  EXPECT_EQ(column_of(japanese, "種類    "), column_of(japanese, "refund.create"));
  EXPECT_EQ(column_of(japanese, "判定"), column_of(japanese, "反映"));
  EXPECT_EQ(column_of(japanese, "送信元"), column_of(japanese, "203.0.113.7"));
  EXPECT_EQ(column_of(japanese, "通知ID"), column_of(japanese, "evnt_1"));
}

TEST(ExplainTest, TellsHowAMessageWasDelivered) {
  const auto sent = printed(successful_history(), Language::english);
  EXPECT_THAT(sent, HasSubstr("sent   mail  1         2026-01-31T10:03:36Z                "
                              "<11111111@shop.example>"))
      << "what is sent has no next attempt";
  auto history = failed_history();
  history.messages[0].state = "dead";
  history.messages[0].template_name = "customer_unreachable";
  history.messages[0].last_error = std::string(100, 'x');
  EXPECT_THAT(printed(history, Language::english), HasSubstr("  " + std::string(59, 'x') + "…  "));
  history.messages[0].last_error = "canceled by anna: told by telephone";
  const auto japanese = printed(history, Language::japanese);
  EXPECT_THAT(japanese, HasSubstr("お客様への連絡不能  通常    送信不能"));
  EXPECT_THAT(japanese, HasSubstr("annaが送信を取りやめました：told by telephone"));
}

TEST(ExplainTest, PrintsNothingThatATerminalObeys) {
  auto history = failed_history();
  const std::string evil = "\x1b]0;x\a\n\xC2\x9B\xE2\x80\xAE\r";
  history.refund_id = evil;
  history.source += evil;
  history.refund->order_id = evil;
  history.refund->failure_message = evil;
  history.refund->reason.value = evil;
  history.events[0].event_type = evil;
  history.events[0].reason = evil;
  history.events[0].verdict = evil;
  history.audit[0].notes = evil;
  history.messages[0].template_name = evil;
  history.messages[0].sink = evil;
  history.messages[0].last_error = evil;
  history.messages[0].external_reference = evil;
  history.messages[0].payload_json = R"({"nextStep":"\u001b[2J"})";
  history.anomalies[0].kind = evil;
  history.anomalies[0].details_json = R"({"found":"\u001b[2J"})";
  const auto lines = [](const std::string& text) {
    return std::count(text.begin(), text.end(), '\n');
  };
  for (const auto language : {Language::english, Language::japanese}) {
    auto text = printed(history, language);
    EXPECT_EQ(lines(text), lines(printed(failed_history(), language)) + 1 /*the reason*/);
    std::erase(text, '\n');
    EXPECT_EQ(commands::printable(text), text);
    EXPECT_THAT(text, HasSubstr("\\x1b]0;x\\x07\\n\\u{9b}\\u{202e}\\r"));
  }
}

TEST(ExplainTest, SaysThatNobodyEverHeardOfARefund) {
  std::ostringstream out;
  std::ostringstream errors;
  EXPECT_EQ(commands::explain({.refund_id = "rfnd_\x1b"}, {}, out, errors), 1);
  EXPECT_EQ(errors.str(), "No event ever named a refund \"rfnd_\\x1b\".\n");
  EXPECT_THAT(out.str(), IsEmpty());
  errors.str("");
  EXPECT_EQ(commands::explain({.refund_id = "x", .language = Language::japanese, .json = true}, {},
                              out, errors),
            1);
  EXPECT_EQ(errors.str(), "返金「x」に関する通知は届いていません。\n");
}

TEST(ExplainTest, TellsOfEverySourceThatKnowsTheId) {
  auto other = successful_history();
  other.source = "payjp-jp";
  std::ostringstream out;
  EXPECT_EQ(commands::explain({.refund_id = "rfnd_1"}, {successful_history(), other}, out, out), 0);
  EXPECT_THAT(out.str(), HasSubstr("Refund rfnd_1 (omise-th)"));
  EXPECT_THAT(out.str(), HasSubstr("\n\nRefund rfnd_1 (payjp-jp)"));
}

TEST(ExplainTest, TellsItToProgramsInJson) {
  std::ostringstream out;
  EXPECT_EQ(commands::explain({.refund_id = "rfnd_1", .json = true}, {failed_history()}, out, out),
            0);
  const auto json = nlohmann::json::parse(out.str());
  const auto& story = json.at("sources").at(0);
  EXPECT_EQ(story.at("source"), "omise-th");
  EXPECT_EQ(story.at("refund").at("status"), "failed");
  EXPECT_EQ(story.at("refund").at("amount_minor"), 100000);
  EXPECT_EQ(story.at("charge").at("remaining_minor"), 400000);
  EXPECT_EQ(story.at("order").at("status"), "partially_refunded");
  EXPECT_EQ(story.at("events").at(0).at("received_at"), "2026-01-30T09:00:01.500000Z");
  EXPECT_TRUE(story.at("events").at(0).at("reason").is_null());
  EXPECT_EQ(story.at("audit").at(1).at("status_after"), "failed");
  const auto& message = story.at("messages").at(0);
  EXPECT_THAT(message.at("payload").at("nextStep"), HasSubstr("Ask finance"));
  EXPECT_EQ(message.at("state"), "pending");
  EXPECT_EQ(message.at("sink"), "desk");
  EXPECT_EQ(message.at("attempts"), 2);
  EXPECT_EQ(message.at("next_attempt_at"), "2026-01-31T10:07:00Z");
  EXPECT_EQ(message.at("last_error"), "the server answered 503");
  EXPECT_TRUE(message.at("sent_at").is_null());
  EXPECT_TRUE(message.at("external_reference").is_null());
  EXPECT_TRUE(story.at("anomalies").at(0).at("resolved_at").is_null());
  EXPECT_THAT(story.at("summary").at(0), HasSubstr("has failed"));
}

TEST(ExplainTest, TellsOfEventsWithoutARefund) {
  auto history = failed_history();
  history.refund.reset();
  history.charge.reset();
  history.order.reset();
  history.audit.clear();
  EXPECT_THAT(printed(history, Language::english), HasSubstr("none could be applied"));
  EXPECT_THAT(printed(history, Language::japanese), HasSubstr("返金の状態は不明です"));
  std::ostringstream out;
  commands::explain({.refund_id = "rfnd_1", .json = true}, {history}, out, out);
  EXPECT_TRUE(nlohmann::json::parse(out.str()).at("sources").at(0).at("refund").is_null());
}

}  // namespace
