// What an event says about itself: id, type, mode, time, and whether two deliveries are one event.
#include <gtest/gtest.h>

#include "providers/decoding.hpp"
#include "providers/signature.hpp"

namespace providers {
namespace {

using domain::AnomalyKind;
using domain::Disposition;

TEST(EventId, IsDerivedFromTheBodyWhereThereIsNone) {
  for (const char* const changes : {R"({"id":null})", R"({"id":null,"data":{"amount":2}})"}) {
    const std::string body = omise_body(changes);
    const auto event = omise_event(body);
    EXPECT_EQ(event.event_id, "derived:" + to_hex(sha256(body)));
    EXPECT_EQ(event.disposition, Disposition::apply);
    EXPECT_EQ(event.refund->event_id, event.event_id);
  }
}

TEST(EventId, OfABadShapeIsDerivedAndQuarantined) {
  for (const std::string& id :
       {std::string{"7"}, std::string{"true"}, std::string{"[]"}, std::string{R"({"id":"x"})"},
        std::string{R"("")"}, std::string{R"("a b")"}, std::string{R"("a\u0000b")"},
        std::string{R"("a\nb")"}, std::string{R"("\u00e9")"}, '"' + std::string(256, 'x') + '"'}) {
    const std::string body = with(omise_body(), R"("evnt_1")", id);
    const auto event = omise_event(body);
    expect_quarantined(event, "the event's id is not usable");
    EXPECT_EQ(event.event_id, "derived:" + to_hex(sha256(body)));
    EXPECT_EQ(event.refund_id, "rfnd_1");
  }
}

// Else who holds a stolen token could make what is recorded later a duplicate.
TEST(EventId, OfAWebhookIsNoneThatWeGiveOurselves) {
  for (const char* const id : {"read:1", "operator:1", "statement:1", "import:1", "derived:1"}) {
    const std::string body = with(omise_body(), "evnt_1", id);
    EXPECT_EQ(omise_event(body).event_id, "derived:" + to_hex(sha256(body)));
  }
}

TEST(EventId, MayHave255Characters) {
  const std::string id(255, 'x');
  EXPECT_EQ(omise_event(with(omise_body(), "evnt_1", id)).event_id, id);
}

TEST(EventType, IsWhatMakesABodyAnEvent) {
  for (const char* const body :
       {"{}", R"({"object":"event"})", R"({"key":null})", R"({"key":7})", R"({"key":["a"]})"}) {
    EXPECT_TRUE(std::holds_alternative<NotAnEvent>(decode_omise(body, live_options()))) << body;
    EXPECT_TRUE(std::holds_alternative<NotAnEvent>(decode_payjp(body, live_options()))) << body;
  }
  EXPECT_TRUE(std::holds_alternative<NotAnEvent>(decode_omise(R"({"type":"x"})", live_options())));
  EXPECT_TRUE(std::holds_alternative<NotAnEvent>(decode_payjp(R"({"key":"x"})", live_options())));
}

TEST(EventType, OfABadShapeIsCalledInvalidAndQuarantined) {
  for (const std::string& type : {std::string{}, std::string(101, 'x'), std::string{"a\\u0000"},
                                  std::string{"refund.create\\n"}, std::string{"\\u00e9"}}) {
    const auto event = omise_event(with(omise_body(), "refund.create", type));
    expect_quarantined(event, "the event's type is not a usable word");
    EXPECT_EQ(event.event_type, "invalid");
    EXPECT_EQ(event.event_id, "evnt_1");
  }
}

TEST(Mode, IsTheEnvelopesElseTheResourcesElseTheSources) {
  auto test_options = live_options();
  test_options.livemode = false;
  EXPECT_TRUE(omise_event(omise_body()).livemode);
  EXPECT_FALSE(omise_event(omise_body(R"({"livemode":false})"), test_options).livemode);
  EXPECT_FALSE(
      omise_event(omise_body(R"({"livemode":null,"data":{"livemode":false}})"), test_options)
          .livemode);
  const auto silent = omise_event(omise_body(R"({"livemode":null})"), test_options);
  EXPECT_FALSE(silent.livemode);
  EXPECT_FALSE(silent.refund->livemode);
}

TEST(Mode, ThatIsNotTheSourcesIsQuarantined) {
  for (const char* const changes :
       {R"({"livemode":false})", R"({"livemode":null,"data":{"livemode":false}})",
        R"({"livemode":true,"data":{"livemode":false}})",
        R"({"livemode":false,"data":{"livemode":true}})",
        R"({"livemode":false,"id":7,"data":{"amount":0}})",
        R"({"livemode":false,"key":"customer.create"})"}) {
    const auto event = omise_event(omise_body(changes));
    expect_quarantined(event, "the event is from test mode, its source is in live mode",
                       AnomalyKind::mode_mismatch);
  }
  auto test_options = live_options();
  test_options.livemode = false;
  expect_quarantined(omise_event(omise_body(), test_options),
                     "the event is from live mode, its source is in test mode",
                     AnomalyKind::mode_mismatch);
}

// What is told about an event of the wrong mode goes where the source's messages go.
TEST(Mode, OfAnEventIsAlwaysItsSources) {
  EXPECT_TRUE(omise_event(omise_body(R"({"data":{"livemode":false}})")).livemode);
  EXPECT_TRUE(omise_event(omise_body(R"({"livemode":false,"data":{"livemode":true}})")).livemode);
}

TEST(Mode, ThatIsNoBooleanIsQuarantined) {
  for (const char* const changes : {R"({"livemode":"true"})", R"({"livemode":1})",
                                    R"({"livemode":null,"data":{"livemode":"live"}})"}) {
    expect_quarantined(omise_event(omise_body(changes)), "livemode is neither true nor false");
  }
}

TEST(OccurredAt, IsTheFirstReadableOfEventResourceSignatureReceipt) {
  auto options = live_options();
  options.signed_at = at("2026-01-31T12:00:00Z");
  using Case = std::pair<const char*, const char*>;
  for (const auto& [changes, time] :
       {Case{R"({"created":"2026-01-01T00:00:00Z"})", "2026-01-31T10:00:00Z"},
        Case{R"({"created_at":"yesterday","created":"2026-01-01T00:00:00Z"})",
             "2026-01-01T00:00:00Z"},
        Case{R"({"created_at":1769853600,"data":{"created":"2026-01-02T07:00:00+07:00"}})",
             "2026-01-02T00:00:00Z"},
        Case{R"({"created_at":null,"data":{"created_at":"2026-02-30T00:00:00Z"}})",
             "2026-01-31T12:00:00Z"},
        Case{R"({"created_at":null})", "2026-01-31T12:00:00Z"}}) {
    EXPECT_EQ(omise_event(omise_body(changes), options).occurred_at, at(time)) << changes;
  }
  EXPECT_EQ(omise_event(omise_body(R"({"created_at":null})")).occurred_at,
            live_options().received_at);
}

TEST(UserId, IsWhoeverTheEventNames) {
  EXPECT_EQ(omise_event(omise_body()).user_id, "");
  EXPECT_EQ(omise_event(omise_body(R"({"actor_uid":"user_2"})")).user_id, "user_2");
  EXPECT_EQ(omise_event(omise_body(R"({"user_uid":"u 1"})")).user_id, "");
}

TEST(Content, IsTheSameWhateverTheDeliveryCountsAndHoweverItIsWritten) {
  const auto plain = omise_event(omise_body()).content_sha256;
  EXPECT_EQ(omise_event(omise_body(R"({"webhook_deliveries":[{"status":500}]})")).content_sha256,
            plain);
  EXPECT_EQ(omise_event(omise_body(R"({"pending_webhooks":3})")).content_sha256, plain);
  EXPECT_EQ(omise_event(Json::parse(omise_body()).dump(4) + "\n").content_sha256, plain);
}

TEST(Content, DiffersWithEverythingElse) {
  const auto plain = omise_event(omise_body()).content_sha256;
  for (const char* const changes : {R"({"data":{"amount":1001}})", R"({"id":"evnt_2"})",
                                    R"({"new":1})", R"({"data":{"pending_webhooks":1}})"}) {
    EXPECT_NE(omise_event(omise_body(changes)).content_sha256, plain) << changes;
  }
}

}  // namespace
}  // namespace providers
