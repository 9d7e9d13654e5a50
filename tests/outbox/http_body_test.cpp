#include "outbox/http_body.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "outbox/outgoing_samples.hpp"
#include "outbox/text_limits.hpp"

namespace outbox {
namespace {

using nlohmann::json;

const HttpTarget k_target{.url = "https://desk.example/new",
                          .ticket_url = "https://desk.example/tickets/{reference}.json",
                          .routing_key = "0123456789abcdef0123456789abcdef"};

HttpRequest request_of(HttpPreset preset, const Outgoing& message) {
  return std::get<HttpRequest>(http_request(preset, message, k_target));
}

json body_of(HttpPreset preset, const Outgoing& message) {
  return json::parse(request_of(preset, message).body);
}

std::string why_not(HttpPreset preset, const Outgoing& message, const HttpTarget& target) {
  return std::get<CannotRequest>(http_request(preset, message, target)).why;
}

void expect_post(const HttpRequest& request) {
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, k_target.url);
}

TEST(HttpBody, GenericIsOurOwnObject) {
  const auto request = request_of(HttpPreset::generic, sample_message());
  expect_post(request);
  EXPECT_EQ(request.body,
            R"({"id":"0194bb1c-7f00-7000-8000-000000000001","type":"refund_failed",)"
            R"("createdAt":"2026-01-31T10:03:34Z","audience":"support","priority":"high",)"
            R"("livemode":true,"language":"en","source":"omise-th","refundId":"rfnd_1",)"
            R"("orderId":"order-1","recipient":"customer@example.com","action":"open",)"
            R"("externalReference":null,"openedBy":null,)"
            R"("subject":"Refund rfnd_1 failed",)"
            R"("text":"The refund failed.\nTop up the balance.\n",)"
            R"("data":{"amount":"100.00 THB","failure":"insufficient_balance"}})");
}

TEST(HttpBody, GenericSaysWhichTicketIsResolved) {
  Outgoing message = sample_resolution();
  message.refund_id.clear();
  message.order_id.clear();
  message.livemode = false;
  const auto request = request_of(HttpPreset::generic, message);
  expect_post(request);
  EXPECT_EQ(request.body,
            R"({"id":"0194bb1c-7f00-7000-8000-000000000002","type":"refund_resolved",)"
            R"("createdAt":"2026-01-31T10:03:34Z","audience":"support","priority":"normal",)"
            R"("livemode":false,"language":"en","source":"omise-th","refundId":null,)"
            R"("orderId":null,"recipient":"customer@example.com","action":"resolve",)"
            R"("externalReference":"4711",)"
            R"("openedBy":"0194bb1c-7f00-7000-8000-000000000001",)"
            R"("subject":"Refund rfnd_1 succeeded","text":"Nothing is left to do.\n",)"
            R"("data":{"amount":"100.00 THB","failure":"insufficient_balance"}})");
}

TEST(HttpBody, ZendeskOpensATicketWithAnInternalNote) {
  const auto request = request_of(HttpPreset::zendesk, sample_message());
  expect_post(request);
  EXPECT_EQ(request.body,
            R"({"ticket":{"subject":"Refund rfnd_1 failed",)"
            R"("external_id":"0194bb1c-7f00-7000-8000-000000000001","priority":"high",)"
            R"("tags":["refundd","refund_failed","source_omise-th"],)"
            R"("comment":{"body":"The refund failed.\nTop up the balance.\n","public":false}}})");
}

TEST(HttpBody, ZendeskSolvesTheTicketThatItOpened) {
  const auto request = request_of(HttpPreset::zendesk, sample_resolution());
  EXPECT_EQ(request.method, "PUT");
  EXPECT_EQ(request.url, "https://desk.example/tickets/4711.json");
  EXPECT_EQ(request.body, R"({"ticket":{"comment":{"body":"Nothing is left to do.\n",)"
                          R"("public":false},"status":"solved"}})");
}

TEST(HttpBody, AReminderGoesToTheTicketThatIsOpenAndLeavesItOpen) {
  Outgoing message = sample_resolution();
  message.action = TicketAction::update;
  EXPECT_EQ(body_of(HttpPreset::generic, message)["action"], "update");
  const auto request = request_of(HttpPreset::zendesk, message);
  EXPECT_EQ(request.method, "PUT");
  EXPECT_EQ(request.body,
            R"({"ticket":{"comment":{"body":"Nothing is left to do.\n","public":false}}})");
  const auto alert = body_of(HttpPreset::pagerduty, message);
  EXPECT_EQ(alert["event_action"], "trigger");
  EXPECT_EQ(alert["dedup_key"], message.opened_by_message_id);
  message.external_reference.clear();
  EXPECT_EQ(request_of(HttpPreset::zendesk, message).method, "POST") << "the ticket is not known";
}

TEST(HttpBody, ZendeskCannotSolveAnUnknownTicket) {
  Outgoing message = sample_resolution();
  message.external_reference.clear();
  EXPECT_EQ(why_not(HttpPreset::zendesk, message, k_target),
            "the ticket to resolve is not known: no id came back when it was opened");
  HttpTarget target = k_target;
  target.ticket_url.clear();
  EXPECT_EQ(why_not(HttpPreset::zendesk, sample_resolution(), target),
            "ticket_url with {reference} is needed to resolve a ticket");
}

TEST(HttpBody, AReferenceStaysOnePieceOfThePath) {
  Outgoing message = sample_resolution();
  message.external_reference = "../users?a#b%41 c";
  EXPECT_EQ(request_of(HttpPreset::zendesk, message).url,
            "https://desk.example/tickets/%2E%2E%2Fusers%3Fa%23b%2541%20c.json");
}

TEST(HttpBody, ZendeskTagsHaveNoBlanksAndTellTests) {
  Outgoing message = sample_message();
  message.source = "Shop, one\n";
  message.livemode = false;
  EXPECT_EQ(body_of(HttpPreset::zendesk, message)["ticket"]["tags"],
            (json{"refundd", "refund_failed", "source_Shop__one_", "test_mode"}));
}

TEST(HttpBody, SlackPostsAHeaderAndASection) {
  const auto request = request_of(HttpPreset::slack, sample_message());
  expect_post(request);
  EXPECT_EQ(request.body,
            R"({"text":"Refund rfnd_1 failed","blocks":[{"type":"header","text":)"
            R"({"type":"plain_text","text":"Refund rfnd_1 failed","emoji":false}},)"
            R"({"type":"section","text":{"type":"mrkdwn",)"
            R"("text":"The refund failed.\nTop up the balance.\n","verbatim":true}}]})");
}

TEST(HttpBody, SlackMentionsNobodyThatAStrangerNames) {
  Outgoing message = sample_message();
  message.rendered.subject = "<!channel> & more";
  message.rendered.text = "<!here> <https://evil.example|click> &amp;";
  const auto body = body_of(HttpPreset::slack, message);
  EXPECT_EQ(body["text"], "&lt;!channel&gt; &amp; more");
  // Plain text has no markup.
  EXPECT_EQ(body["blocks"][0]["text"]["text"], "<!channel> & more");
  EXPECT_EQ(body["blocks"][1]["text"]["text"],
            "&lt;!here&gt; &lt;https://evil.example|click&gt; &amp;amp;");
}

TEST(HttpBody, SlackKeepsToItsLimits) {
  Outgoing message = sample_message();
  message.rendered.subject = std::string(151, 's');
  message.rendered.text = std::string(3001, 't');
  const auto body = body_of(HttpPreset::slack, message);
  EXPECT_EQ(body["blocks"][0]["text"]["text"], std::string(149, 's') + "…");
  EXPECT_EQ(body["blocks"][1]["text"]["text"], std::string(2999, 't') + "…");
}

TEST(HttpBody, SlackCutsNoEntityInTwo) {
  Outgoing message = sample_message();
  message.rendered.text = std::string(2997, 't') + "<and more>";
  EXPECT_EQ(body_of(HttpPreset::slack, message)["blocks"][1]["text"]["text"],
            std::string(2997, 't') + "…");
}

TEST(HttpBody, SlackGetsNoEmptyBlock) {
  Outgoing message = sample_message();
  message.rendered = {};
  EXPECT_EQ(request_of(HttpPreset::slack, message).body,
            R"({"text":"refund_failed","blocks":[{"type":"header","text":)"
            R"({"type":"plain_text","text":"refund_failed","emoji":false}}]})");
}

TEST(HttpBody, PagerdutyTriggersUnderTheMessagesId) {
  const auto request = request_of(HttpPreset::pagerduty, sample_message());
  expect_post(request);
  EXPECT_EQ(request.body,
            R"({"routing_key":"0123456789abcdef0123456789abcdef","event_action":"trigger",)"
            R"("dedup_key":"0194bb1c-7f00-7000-8000-000000000001","payload":{)"
            R"("summary":"Refund rfnd_1 failed","source":"omise-th","severity":"error",)"
            R"("timestamp":"2026-01-31T10:03:34Z","class":"refund_failed","custom_details":{)"
            R"("text":"The refund failed.\nTop up the balance.\n","audience":"support",)"
            R"("livemode":true,"refundId":"rfnd_1","orderId":"order-1",)"
            R"("data":{"amount":"100.00 THB","failure":"insufficient_balance"}}}})");
}

TEST(HttpBody, PagerdutyResolvesUnderTheKeyThatTriggered) {
  const auto request = request_of(HttpPreset::pagerduty, sample_resolution());
  expect_post(request);
  EXPECT_EQ(request.body,
            R"({"routing_key":"0123456789abcdef0123456789abcdef","event_action":"resolve",)"
            R"("dedup_key":"0194bb1c-7f00-7000-8000-000000000001"})");
}

TEST(HttpBody, PagerdutyCannotResolveWhatNoMessageOpened) {
  Outgoing message = sample_resolution();
  message.opened_by_message_id.clear();
  EXPECT_EQ(why_not(HttpPreset::pagerduty, message, k_target),
            "the alert to resolve is not known: no message opened it");
}

TEST(HttpBody, PagerdutyKeepsToItsLimitsAndNeedsASource) {
  Outgoing message = sample_message();
  message.priority = domain::Priority::normal;
  message.source.clear();
  message.rendered.subject = std::string(1025, 's');
  const auto payload = body_of(HttpPreset::pagerduty, message)["payload"];
  EXPECT_EQ(payload["summary"], std::string(1023, 's') + "…");
  EXPECT_EQ(payload["source"], "refundd");
  EXPECT_EQ(payload["severity"], "warning");
}

TEST(HttpBody, EveryPresetSendsJsonWhateverTheTextHolds) {
  Outgoing message = sample_message();
  message.rendered.subject = "\xFF broken \"quoted\" \\ 返金";
  message.rendered.text = std::string{"nul \0 and \x80", 11};
  message.payload_json = "no json";
  for (const auto preset :
       {HttpPreset::generic, HttpPreset::zendesk, HttpPreset::slack, HttpPreset::pagerduty}) {
    EXPECT_TRUE(json::accept(request_of(preset, message).body)) << static_cast<int>(preset);
  }
  EXPECT_EQ(body_of(HttpPreset::generic, message)["data"], json::object());
}

TEST(HttpBody, PresetsAreKnownByName) {
  EXPECT_EQ(http_preset_of("generic"), HttpPreset::generic);
  EXPECT_EQ(http_preset_of("zendesk"), HttpPreset::zendesk);
  EXPECT_EQ(http_preset_of("slack"), HttpPreset::slack);
  EXPECT_EQ(http_preset_of("pagerduty"), HttpPreset::pagerduty);
  EXPECT_FALSE(http_preset_of("Slack"));
  EXPECT_FALSE(http_preset_of(""));
}

TEST(TextLimits, CutsBetweenCharacters) {
  EXPECT_EQ(cut_to("abc", 3), "abc");
  EXPECT_EQ(cut_to("abcd", 3), "ab…");
  EXPECT_EQ(cut_to("返金完了", 3), "返金…");
  EXPECT_EQ(cut_to("a😀b", 4), "a😀b");
  EXPECT_EQ(cut_to("a😀bc", 4), "a😀…");  // the emoji counts twice
  EXPECT_EQ(cut_to("a😀b", 3), "a…");
  EXPECT_EQ(cut_to("", 3), "");
}

TEST(TextLimits, BeginsWithWholeCharacters) {
  EXPECT_EQ(beginning_of("abc", 4), "abc");
  EXPECT_EQ(beginning_of("返金", 6), "返金");
  EXPECT_EQ(beginning_of("返金", 5), "返");
  EXPECT_EQ(beginning_of("a😀", 4), "a");
  EXPECT_EQ(beginning_of("\x80\x80\x80\x80\x80", 4), "\x80\x80\x80\x80");  // no UTF-8: goes on
}

}  // namespace
}  // namespace outbox
