// The whole way from a raw request to an event.
#include <gtest/gtest.h>

#include "providers/decoding.hpp"
#include "providers/source.hpp"

namespace providers {
namespace {

using domain::AnomalyKind;
using domain::Disposition;
using std::chrono::seconds;

const domain::Time k_now = at("2026-01-31T12:00:00Z");

Source omise_source() {
  Source source;
  source.name = "omise-th";
  source.provider = &k_omise;
  source.secrets = {"secret"};
  return source;
}

Headers signed_headers(std::string_view body, domain::Time signed_at) {
  Headers headers;
  for (const auto& [name, value] : k_omise.sign(body, Secrets{"secret"}, signed_at)) {
    headers.add(name, value);
  }
  return headers;
}

domain::Event accepted_event(const Accepted& accepted) {
  const auto* const event = std::get_if<domain::Event>(&accepted);
  EXPECT_NE(event, nullptr);
  return event == nullptr ? domain::Event{} : *event;
}

TEST(Accept, HandsOnAnEventOfItsSource) {
  Source source = omise_source();
  source.missing_status = domain::RefundStatus::successful;
  source.currency_default = domain::Currency::parse("THB");
  const std::string body = omise_body(R"({"data":{"status":null,"currency":null}})");
  const auto event = accepted_event(accept(source, signed_headers(body, k_now), body, k_now));
  EXPECT_EQ(event.disposition, Disposition::apply);
  EXPECT_EQ(event.source, "omise-th");
  EXPECT_EQ(event.evidence, domain::Evidence::signed_webhook);
  ASSERT_TRUE(event.refund);
  EXPECT_EQ(event.refund->source, "omise-th");
  EXPECT_EQ(event.refund->evidence, domain::Evidence::signed_webhook);
  EXPECT_EQ(event.refund->status, domain::RefundStatus::successful);
  EXPECT_EQ(event.refund->amount, money(1000, "THB"));
}

TEST(Accept, RefusesAForgeryBeforeReadingIt) {
  const std::string body = omise_body();
  const Headers headers = signed_headers(omise_body(R"({"id":"evnt_2"})"), k_now);
  const auto accepted = accept(omise_source(), headers, body, k_now);
  ASSERT_TRUE(std::holds_alternative<Unauthenticated>(accepted));
  EXPECT_EQ(std::get<Unauthenticated>(accepted).trust, Trust::wrong_signature);
  EXPECT_TRUE(std::holds_alternative<Unauthenticated>(
      accept(omise_source(), Headers{}, "not JSON", k_now)));
}

TEST(Accept, SaysNoEventWhereTheSignedBodyIsNone) {
  const auto accepted =
      accept(omise_source(), signed_headers("not JSON", k_now), "not JSON", k_now);
  ASSERT_TRUE(std::holds_alternative<NotAnEvent>(accepted));
  EXPECT_EQ(std::get<NotAnEvent>(accepted).reason, "the body is not JSON");
}

TEST(Accept, MarksALateSignatureAndKeepsTheReport) {
  const std::string body = omise_body();
  for (const auto distance : {seconds{301}, seconds{-301}}) {
    const auto event =
        accepted_event(accept(omise_source(), signed_headers(body, k_now + distance), body, k_now));
    EXPECT_EQ(event.disposition, Disposition::late);
    EXPECT_EQ(event.anomaly, AnomalyKind::late_signature);
    EXPECT_EQ(event.reason,
              "the signature is right, but its time is more than 300 seconds away from ours");
    EXPECT_EQ(event.refund_id, "rfnd_1");
    EXPECT_TRUE(event.refund);
  }
}

TEST(Accept, MarksEveryLateEventAndOnlyEvents) {
  const domain::Time long_ago = k_now - std::chrono::hours{24};
  for (const char* const changes :
       {R"({"livemode":false})", R"({"key":"customer.create"})", R"({"data":{"amount":0}})"}) {
    const std::string body = omise_body(changes);
    const auto event =
        accepted_event(accept(omise_source(), signed_headers(body, long_ago), body, k_now));
    EXPECT_EQ(event.disposition, Disposition::late) << changes;
    EXPECT_EQ(event.anomaly, AnomalyKind::late_signature) << changes;
  }
  EXPECT_TRUE(std::holds_alternative<NotAnEvent>(
      accept(omise_source(), signed_headers("{}", long_ago), "{}", k_now)));
}

TEST(Accept, TakesTheSignaturesTimeWhereTheEventHasNone) {
  const std::string body = omise_body(R"({"created_at":null})");
  const domain::Time signed_at = k_now - seconds{20};
  EXPECT_EQ(accepted_event(accept(omise_source(), signed_headers(body, signed_at), body, k_now))
                .occurred_at,
            signed_at);
}

TEST(Accept, LetsNothingHappenAfterItsReceiptForASignaturesTime) {
  const std::string body = omise_body(R"({"created_at":null})");
  const domain::Time farthest{seconds{999'999'999'999}};
  EXPECT_EQ(accepted_event(accept(omise_source(), signed_headers(body, farthest), body, k_now))
                .occurred_at,
            k_now);
}

TEST(Accept, QuarantinesTheOtherMode) {
  Source source = omise_source();
  source.livemode = false;
  const std::string body = omise_body();
  const auto event = accepted_event(accept(source, signed_headers(body, k_now), body, k_now));
  EXPECT_EQ(event.disposition, Disposition::quarantined);
  EXPECT_EQ(event.anomaly, AnomalyKind::mode_mismatch);
  EXPECT_FALSE(event.refund);
}

TEST(Accept, KnowsATokenForWeakerEvidence) {
  Source source;
  source.name = "payjp-jp";
  source.provider = &k_payjp;
  source.secrets = {"whook_a"};
  Headers headers;
  headers.add("X-Payjp-Webhook-Token", "whook_a");
  const auto event = accepted_event(accept(source, headers, fixture("payjp_minimal"), k_now));
  EXPECT_EQ(event.disposition, Disposition::apply);
  EXPECT_EQ(event.evidence, domain::Evidence::token_webhook);
  EXPECT_EQ(event.occurred_at, k_now);
}

TEST(Trust, HasAWordForEachValue) {
  EXPECT_EQ(to_string(Trust::trusted), "trusted");
  EXPECT_EQ(to_string(Trust::late), "late");
  EXPECT_EQ(to_string(Trust::missing_signature), "missing_signature");
  EXPECT_EQ(to_string(Trust::malformed_signature), "malformed_signature");
  EXPECT_EQ(to_string(Trust::wrong_signature), "wrong_signature");
}

}  // namespace
}  // namespace providers
