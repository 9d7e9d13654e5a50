// Signed well, and yet not to be believed.
#include <gtest/gtest.h>

#include "providers/decoding.hpp"
#include "providers/signature.hpp"

namespace providers {
namespace {

using domain::AnomalyKind;
using domain::Disposition;

struct Bad {
  const char* from;  // in the body
  std::string to;
  const char* reason;
  AnomalyKind anomaly = AnomalyKind::undecodable_event;
};

constexpr const char* k_amount = R"("amount":1000)";
constexpr const char* k_not_whole = "the amount is not a whole number";
constexpr const char* k_too_large = "the amount is too large";
constexpr const char* k_not_positive = "the amount is not greater than zero";

const Bad k_bad_amounts[] = {
    {k_amount, R"("amount":0)", k_not_positive, AnomalyKind::non_positive_amount},
    {k_amount, R"("amount":-0)", k_not_positive, AnomalyKind::non_positive_amount},
    {k_amount, R"("amount":-1)", k_not_positive, AnomalyKind::non_positive_amount},
    {k_amount, R"("amount":-9223372036854775808)", k_not_positive,
     AnomalyKind::non_positive_amount},
    {k_amount, R"("amount":12.99)", k_not_whole},
    {k_amount, R"("amount":1000.0)", k_not_whole},
    {k_amount, R"("amount":1e3)", k_not_whole},
    {k_amount, R"("amount":1e30)", k_not_whole},
    {k_amount, R"("amount":-1e30)", k_not_whole},
    {k_amount, R"("amount":9223372036854775808)", k_too_large},
    {k_amount, R"("amount":18446744073709551615)", k_too_large},
    {k_amount, R"("amount":18446744073709551616)", k_not_whole},
    {k_amount, R"("amount":"1000")", k_not_whole},
    {k_amount, R"("amount":true)", k_not_whole},
    {k_amount, R"("amount":[1000])", k_not_whole},
    {k_amount, R"("amount":{"value":1000})", k_not_whole},
    {k_amount, R"("amount":1000,"currency":7)", "the currency is not a word"},
    {k_amount, R"("amount":1000,"currency":["THB"])", "the currency is not a word"},
    {k_amount, R"("amount":1000,"currency":"")", "the currency is not one that ISO 4217 lists"},
    {k_amount, R"("amount":1000,"currency":"XQQ")", "the currency is not one that ISO 4217 lists"},
    {k_amount, R"("amount":1000,"currency":"฿")", "the currency is not one that ISO 4217 lists"},
    {k_amount, R"("currency":"XQQ")", "the currency is not one that ISO 4217 lists"},
};

TEST(BadInput, QuarantinesEveryAmountThatIsNotMoney) {
  const std::string omise = omise_body(R"({"data":{"currency":null}})");
  const std::string charge = with(with(omise, "refund.create", "charge.update"),
                                  R"("object":"refund")", R"("object":"charge")");
  for (const auto& [from, to, reason, anomaly] : k_bad_amounts) {
    SCOPED_TRACE(to);
    expect_quarantined(omise_event(with(omise, from, to)), reason, anomaly);
    expect_quarantined(omise_event(with(charge, from, to)), reason, anomaly);
    expect_quarantined(payjp_event(with(payjp_body(), from, to)), reason, anomaly);
  }
}

TEST(BadInput, NamesTheRefundAndTheChargeAllTheSame) {
  const auto event = omise_event(omise_body(R"({"data":{"amount":0}})"));
  EXPECT_EQ(event.refund_id, "rfnd_1");
  EXPECT_EQ(event.charge_id, "chrg_1");
  EXPECT_EQ(event.event_id, "evnt_1");
  EXPECT_EQ(event.occurred_at, at("2026-01-31T10:00:00Z"));
}

TEST(Amount, ReachesFromOneToTheGreatestInt64) {
  for (const std::int64_t amount : {std::int64_t{1}, INT64_MAX}) {
    const std::string text = R"("amount":)" + std::to_string(amount);
    EXPECT_EQ(omise_event(with(omise_body(), k_amount, text)).refund->amount, money(amount, "THB"));
  }
}

TEST(Amount, MayBeMissing) {
  for (const char* const changes :
       {R"({"data":{"amount":null}})", R"({"data":{"amount":null,"currency":null}})"}) {
    const auto event = omise_event(omise_body(changes));
    EXPECT_EQ(event.disposition, Disposition::apply);
    EXPECT_EQ(event.refund->amount, std::nullopt);
  }
}

TEST(Amount, TakesTheSourcesCurrencyOrNone) {
  const std::string body = omise_body(R"({"data":{"currency":null}})");
  auto options = live_options();
  options.currency_default = domain::Currency::parse("THB");
  EXPECT_EQ(omise_event(body, options).refund->amount, money(1000, "THB"));
  expect_quarantined(omise_event(body), "the amount has no currency");
}

TEST(BadInput, QuarantinesRefundsThatCannotBeNamed) {
  const std::string long_id = '"' + std::string(256, 'x') + '"';
  for (const auto& [from, to, reason, anomaly] : {
           Bad{R"("id":"rfnd_1")", R"("x":1)", "the refund has no id"},
           Bad{R"("rfnd_1")", "null", "the refund has no id"},
           Bad{R"("rfnd_1")", "7", "the refund's id is not usable"},
           Bad{R"("rfnd_1")", R"("")", "the refund's id is not usable"},
           Bad{R"("rfnd_1")", R"("a b")", "the refund's id is not usable"},
           Bad{R"("rfnd_1")", R"("a\u0000")", "the refund's id is not usable"},
           Bad{R"("rfnd_1")", long_id, "the refund's id is not usable"},
           Bad{R"("chrg_1")", "7", "the refund's charge has no usable id"},
           Bad{R"("chrg_1")", R"("")", "the refund's charge has no usable id"},
           Bad{R"("chrg_1")", R"("a\nb")", "the refund's charge has no usable id"},
           Bad{R"("chrg_1")", "[]", "the refund's charge has no usable id"},
           Bad{R"("chrg_1")", "{}", "the refund's charge has no usable id"},
           Bad{R"("chrg_1")", R"({"id":7})", "the refund's charge has no usable id"},
           Bad{R"("chrg_1")", long_id, "the refund's charge has no usable id"},
           Bad{R"("object":"refund")", R"("object":"charge")",
               "the event is about a refund but carries something else"},
           Bad{R"("object":"refund")", R"("object":7)",
               "the event is about a refund but carries something else"},
       }) {
    SCOPED_TRACE(to);
    expect_quarantined(omise_event(with(omise_body(), from, to)), reason, anomaly);
  }
}

TEST(BadInput, QuarantinesChargesThatCannotBeNamed) {
  const std::string body = fixture("omise_charge_complete");
  const char* const id = R"("chrg_5charge0charge0char2")";
  expect_quarantined(omise_event(with(body, id, "null")), "the charge has no id");
  expect_quarantined(omise_event(with(body, id, "7")), "the charge's id is not usable");
  expect_quarantined(omise_event(with(body, R"("object": "charge")", R"("object": "refund")")),
                     "the event is about a charge but carries something else");
}

TEST(BadInput, QuarantinesStatusesThatAreNoWords) {
  for (const char* const status : {"7", "true", "[]", "{}", "[\"pending\"]", "1.5"}) {
    const std::string to = R"("status":)" + std::string{status};
    SCOPED_TRACE(status);
    expect_quarantined(omise_event(with(omise_body(), R"("status":"pending")", to)),
                       "the refund's status is not a word");
    expect_quarantined(payjp_event(with(payjp_body(), R"("status":"pending")", to)),
                       "the refund's status is not a word");
  }
}

TEST(BadInput, QuarantinesEventsWithoutTheirResource) {
  for (const char* const data : {"", R"(,"data":null)", R"(,"data":7)", R"(,"data":"rfnd_1")",
                                 R"(,"data":[{"id":"rfnd_1"}])", R"(,"data":false)"}) {
    const std::string tail = std::string{data} + "}";
    SCOPED_TRACE(data);
    expect_quarantined(omise_event(R"({"key":"refund.create")" + tail),
                       "the event carries no refund");
    expect_quarantined(omise_event(R"({"key":"charge.complete")" + tail),
                       "the event carries no charge");
    expect_quarantined(payjp_event(R"({"type":"refund.updated")" + tail),
                       "the event carries no refund");
    EXPECT_EQ(omise_event(R"({"key":"customer.create")" + tail).disposition,
              Disposition::unsupported);
  }
  expect_quarantined(omise_event(R"({"key":"refund.create","data":{}})"), "the refund has no id");
  expect_quarantined(omise_event(R"({"key":"charge.create","data":{}})"), "the charge has no id");
}

TEST(BadInput, QuarantinesANumberThatNothingHoldsUnderADerivedId) {
  const std::string body = with(omise_body(), k_amount, R"("amount":1e400)");
  const auto event = omise_event(body);
  expect_quarantined(event, "the body holds a number too large to be read");
  EXPECT_EQ(event.event_id, "derived:" + to_hex(sha256(body)));
  EXPECT_EQ(event.content_sha256, sha256(body));
  const auto later =
      omise_event(R"({"id":"evnt_1","key":"refund.create","data":{"id":"rfnd_1"},"x":1e400})");
  EXPECT_TRUE(later.event_id.starts_with("derived:"));
  EXPECT_EQ(later.event_type, "refund.create");
  EXPECT_EQ(later.refund_id, "rfnd_1");
  EXPECT_EQ(omise_event(R"({"x":1e400,"key":"refund.create"})").event_type, "invalid");
}

TEST(BadInput, IsNoEventWhereTheJsonIsNotStrict) {
  const std::string good = omise_body();
  for (const std::string& body :
       {std::string{}, std::string{"[]"}, good + "x", "\xEF\xBB\xBF" + good, good + '\0',
        with(good, k_amount, R"("amount":1000,"amount":2000)"),
        with(good, k_amount, "\"amount\":1000,\"x\":\"\xff\""), good.substr(0, good.size() - 1),
        R"({"key":"refund.create","data":)" + std::string(10'000, '[') + std::string(10'000, ']') +
            "}"}) {
    EXPECT_TRUE(std::holds_alternative<NotAnEvent>(decode_omise(body, live_options())));
    EXPECT_TRUE(std::holds_alternative<NotAnEvent>(decode_payjp(body, live_options())));
  }
}

}  // namespace
}  // namespace providers
