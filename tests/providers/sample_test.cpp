// What `refundctl send` makes is what the daemon accepts.
#include <gtest/gtest.h>

#include "providers/decoding.hpp"
#include "providers/registry.hpp"
#include "providers/source.hpp"

namespace providers {
namespace {

using domain::ChargeStatus;
using domain::Disposition;
using domain::RefundStatus;

const domain::Time k_now = at("2026-01-31T12:00:00.250000Z");
const domain::Time k_occurred_at = at("2026-01-31T11:59:58Z");

SampleEvent sample_of(std::string_view type) {
  SampleEvent sample;
  sample.event_type = type;
  sample.event_id = "evnt_sample";
  sample.refund_id = "rfnd_sample";
  sample.charge_id = "chrg_sample";
  sample.order_id = "ORD-1";
  sample.amount_minor = 2500;
  sample.currency = "JPY";
  sample.reason = "duplicate";
  sample.payment_method = "promptpay";
  sample.occurred_at = k_occurred_at;
  return sample;
}

Source source_of(const Provider& provider) {
  Source source;
  source.name = "sample";
  source.provider = &provider;
  source.secrets = {"secret-1", "secret-2"};
  return source;
}

domain::Event round_trip(const Provider& provider, const SampleEvent& sample) {
  const Source source = source_of(provider);
  const std::string body = provider.make_body(sample);
  Headers headers;
  for (const auto& [name, value] : provider.sign(body, source.secrets, k_now)) {
    headers.add(name, value);
  }
  const auto accepted = accept(source, headers, body, k_now);
  const auto* const event = std::get_if<domain::Event>(&accepted);
  EXPECT_NE(event, nullptr) << sample.event_type;
  return event == nullptr ? domain::Event{} : *event;
}

TEST(Sample, OfEveryTypeIsAcceptedAsItsProviderWouldSendIt) {
  for (const Provider* const provider : all()) {
    for (const std::string_view type : provider->event_types) {
      SCOPED_TRACE(type);
      const auto event = round_trip(*provider, sample_of(type));
      EXPECT_EQ(event.disposition, Disposition::apply) << event.reason;
      EXPECT_EQ(event.event_id, "evnt_sample");
      EXPECT_EQ(event.event_type, type);
      EXPECT_EQ(event.charge_id, "chrg_sample");
      EXPECT_EQ(event.occurred_at, k_occurred_at);
      const bool is_refund = type.starts_with("refund.");
      EXPECT_EQ(event.refund_id, is_refund ? "rfnd_sample" : "");
      EXPECT_EQ(event.refund.has_value(), is_refund);
      EXPECT_EQ(event.charge.has_value(), !is_refund);
    }
  }
}

TEST(Sample, OfARefundCarriesEverythingGiven) {
  for (const Provider* const provider : all()) {
    auto sample = sample_of(provider->event_types.front());
    sample.failure_code = "code";
    sample.failure_message = "message";
    const auto refund = round_trip(*provider, sample).refund.value();
    EXPECT_EQ(refund.amount, money(2500, "JPY"));
    EXPECT_EQ(refund.order_id, "ORD-1");
    EXPECT_EQ(refund.reason, "duplicate");
    EXPECT_EQ(refund.failure_code, "code");
    EXPECT_EQ(refund.failure_message, "message");
    EXPECT_TRUE(refund.livemode);
  }
}

TEST(Sample, OfAChargeCarriesEverythingGiven) {
  for (const Provider* const provider : all()) {
    const auto charge =
        round_trip(*provider, sample_of(provider->event_types.back())).charge.value();
    EXPECT_EQ(charge.amount, money(2500, "JPY"));
    EXPECT_EQ(charge.order_id, "ORD-1");
    EXPECT_EQ(charge.payment_method, "promptpay");
    EXPECT_EQ(charge.charged_at, k_occurred_at);
  }
}

struct StatusCase {
  const Provider* provider;
  const char* type;
  RefundStatus status;
};

TEST(Sample, SaysWhatItsTypeImplies) {
  for (const auto& [provider, type, status] :
       {StatusCase{&k_omise, "refund.create", RefundStatus::pending},
        StatusCase{&k_omise, "refund.success", RefundStatus::successful},
        StatusCase{&k_omise, "refund.fail", RefundStatus::failed},
        StatusCase{&k_payjp, "refund.created", RefundStatus::pending},
        StatusCase{&k_payjp, "refund.updated", RefundStatus::successful},
        StatusCase{&k_payjp, "refund.failed", RefundStatus::failed}}) {
    EXPECT_EQ(round_trip(*provider, sample_of(type)).refund->status, status) << type;
  }
}

TEST(Sample, SaysWhatItsChargeTypeImplies) {
  using Case = std::pair<const char*, ChargeStatus>;
  for (const auto& [type, status] : {Case{"charge.create", ChargeStatus::pending},
                                     Case{"charge.complete", ChargeStatus::successful},
                                     Case{"charge.capture", ChargeStatus::successful},
                                     Case{"charge.update", ChargeStatus::successful},
                                     Case{"charge.reverse", ChargeStatus::reversed},
                                     Case{"charge.expire", ChargeStatus::expired}}) {
    EXPECT_EQ(round_trip(k_omise, sample_of(type)).charge->status, status) << type;
  }
}

TEST(Sample, SaysTheStatusThatIsGivenVerbatim) {
  auto sample = sample_of("refund.create");
  sample.status = "closed";
  EXPECT_EQ(round_trip(k_omise, sample).refund->provider_status, "closed");
  sample.voided = true;
  EXPECT_TRUE(round_trip(k_omise, sample).refund->voided);
  sample.status = "a new word";
  sample.event_type = "refund.updated";
  EXPECT_EQ(round_trip(k_payjp, sample).refund->provider_status, "a new word");
}

TEST(Sample, LeavesOutWhatIsNotGiven) {
  for (const Provider* const provider : all()) {
    SampleEvent sample;
    sample.event_type = provider->event_types.front();
    sample.refund_id = "rfnd_sample";
    sample.amount_minor = 1;
    const Json body = Json::parse(provider->make_body(sample));
    EXPECT_FALSE(body.contains("id"));
    for (const char* const name :
         {"currency", "charge", "payment_flow_id", "reason", "failure_code", "failure_message"}) {
      EXPECT_FALSE(body.at("data").contains(name)) << name;
    }
  }
}

TEST(Sample, IsWrittenAndLabelledAsItsProviderDoes) {
  const std::string omise = k_omise.make_body(sample_of("refund.create"));
  EXPECT_TRUE(omise.starts_with("{\n  \"object\": \"event\",\n  \"id\": \"evnt_sample\""));
  EXPECT_TRUE(omise.ends_with("\n}\n"));
  const auto omise_headers = k_omise.sign(omise, Secrets{"secret"}, k_now);
  ASSERT_EQ(omise_headers.size(), 3U);
  EXPECT_EQ(omise_headers[0],
            (std::pair<std::string, std::string>{"Content-Type", "application/json"}));
  EXPECT_EQ(omise_headers[2].second, "1769860800");
  const std::string payjp = k_payjp.make_body(sample_of("refund.created"));
  EXPECT_EQ(payjp.find('\n'), std::string::npos);
  const auto payjp_headers = k_payjp.sign(payjp, Secrets{"token"}, k_now);
  ASSERT_EQ(payjp_headers.size(), 2U);
  EXPECT_EQ(payjp_headers[0].second, "application/json; charset=utf-8");
  EXPECT_EQ(payjp_headers[1].first, "X-Payjp-Webhook-Token");
  EXPECT_EQ(payjp_headers[1].second, "token");
}

TEST(Sample, OfATestEventIsForTestSourcesOnly) {
  auto sample = sample_of("refund.create");
  sample.livemode = false;
  EXPECT_EQ(round_trip(k_omise, sample).anomaly, domain::AnomalyKind::mode_mismatch);
}

TEST(Sample, OfAnUnknownTypeIsUnsupported) {
  for (const Provider* const provider : all()) {
    EXPECT_EQ(round_trip(*provider, sample_of("customer.create")).disposition,
              Disposition::unsupported);
  }
}

TEST(Sample, SurvivesTextThatIsNotUtf8) {
  auto sample = sample_of("refund.create");
  sample.reason = "\xff";
  EXPECT_EQ(round_trip(k_omise, sample).refund->reason, "\uFFFD");
}

}  // namespace
}  // namespace providers
