// Omise's bodies, in every documented shape.
#include <gtest/gtest.h>

#include "providers/decoding.hpp"

namespace providers {
namespace {

using domain::Disposition;
using domain::RefundStatus;

TEST(OmiseDecode, ReadsTheCurrentShape) {
  const auto event = omise_event(fixture("omise_current"));
  EXPECT_EQ(event.disposition, Disposition::apply);
  EXPECT_EQ(event.reason, "");
  EXPECT_EQ(event.anomaly, std::nullopt);
  EXPECT_EQ(event.source, "shop");
  EXPECT_EQ(event.event_id, "evnt_5current0current0cur1");
  EXPECT_EQ(event.event_type, "refund.create");
  EXPECT_EQ(event.user_id, "user_5current0current0cur6");
  EXPECT_TRUE(event.livemode);
  EXPECT_EQ(event.occurred_at, at("2026-01-31T10:03:34Z"));
  EXPECT_EQ(event.refund_id, "rfnd_5current0current0cur2");
  EXPECT_EQ(event.charge_id, "chrg_5current0current0cur3");
  EXPECT_FALSE(event.charge);
}

TEST(OmiseDecode, ReportsTheRefundOfTheCurrentShape) {
  auto options = live_options();
  options.evidence = domain::Evidence::signed_webhook;
  const auto event = omise_event(fixture("omise_current"), options);
  ASSERT_TRUE(event.refund);
  const auto& refund = *event.refund;
  EXPECT_EQ(refund.source, "shop");
  EXPECT_EQ(refund.refund_id, event.refund_id);
  EXPECT_EQ(refund.charge_id, event.charge_id);
  EXPECT_EQ(refund.event_id, event.event_id);
  EXPECT_EQ(refund.occurred_at, event.occurred_at);
  EXPECT_EQ(refund.evidence, domain::Evidence::signed_webhook);
  EXPECT_TRUE(refund.livemode);
  EXPECT_EQ(refund.status, RefundStatus::successful);
  EXPECT_EQ(refund.provider_status, "closed");
  EXPECT_FALSE(refund.voided);
  EXPECT_EQ(refund.amount, money(150050, "THB"));
  EXPECT_EQ(refund.order_id, "ORD-1001");
  EXPECT_EQ(refund.reason, "ของชำรุด");
  EXPECT_EQ(refund.metadata_json, R"({"note":"ลูกค้าขอคืนเงิน","order_id":"ORD-1001"})");
  EXPECT_EQ(refund.failure_code, std::nullopt);
}

TEST(OmiseDecode, ReadsTheOlderShapeWithoutStatus) {
  auto options = live_options();
  options.livemode = false;
  options.missing_status = RefundStatus::successful;
  const auto event = omise_event(fixture("omise_older"), options);
  EXPECT_EQ(event.disposition, Disposition::apply);
  EXPECT_FALSE(event.livemode);
  EXPECT_EQ(event.occurred_at, at("2019-04-29T10:03:34Z"));
  ASSERT_TRUE(event.refund);
  EXPECT_EQ(event.refund->status, RefundStatus::successful);
  EXPECT_EQ(event.refund->provider_status, "");
  EXPECT_EQ(event.refund->amount, money(5000, "THB"));
  EXPECT_EQ(event.refund->order_id, std::nullopt);
  EXPECT_EQ(event.refund->metadata_json, "{}");
}

TEST(OmiseDecode, ReadsMixedVersions) {
  const auto event = omise_event(fixture("omise_mixed_versions"));
  EXPECT_EQ(event.occurred_at, at("2026-01-31T10:03:34Z"));
  ASSERT_TRUE(event.refund);
  EXPECT_EQ(event.refund->status, RefundStatus::pending);
  EXPECT_EQ(event.refund->amount, money(5000, "THB"));
  EXPECT_EQ(event.refund->metadata_json, std::nullopt);
}

TEST(OmiseDecode, TakesTheResourcesTimeWithItsOffset) {
  const auto event =
      omise_event(with(fixture("omise_mixed_versions"), "\"created_at\"", "\"created_by\""));
  EXPECT_EQ(event.occurred_at, at("2026-01-31T10:03:30Z"));
}

TEST(OmiseDecode, TakesTheStatusFromTheTypeOfTheSourceDocuments) {
  const auto success = omise_event(fixture("omise_refund_success"));
  ASSERT_TRUE(success.refund);
  EXPECT_EQ(success.refund->status, RefundStatus::successful);
  EXPECT_EQ(success.refund->order_id, "12345");
  const auto failure = omise_event(fixture("omise_refund_fail"));
  ASSERT_TRUE(failure.refund);
  EXPECT_EQ(failure.refund->status, RefundStatus::failed);
  EXPECT_EQ(failure.refund->failure_code, "insufficient_fund");
  EXPECT_EQ(failure.refund->failure_message, "The balance does not suffice. Top it up.");
}

struct StatusCase {
  const char* changes;
  std::optional<RefundStatus> status;
  bool voided = false;
};

TEST(OmiseDecode, MapsEveryStatus) {
  for (const auto& [changes, status, voided] : {
           StatusCase{R"({"data":{"status":"pending"}})", RefundStatus::pending},
           StatusCase{R"({"data":{"status":"closed"}})", RefundStatus::successful},
           StatusCase{R"({"data":{"status":"successful"}})", RefundStatus::successful},
           StatusCase{R"({"data":{"status":"failed"}})", RefundStatus::failed},
           StatusCase{R"({"data":{"status":"canceled"}})", RefundStatus::canceled},
           StatusCase{R"({"data":{"status":"cancelled"}})", RefundStatus::canceled},
           StatusCase{R"({"data":{"status":"succeeded"}})", std::nullopt},
           StatusCase{R"({"data":{"status":"Pending"}})", std::nullopt},
           StatusCase{R"({"data":{"status":""}})", std::nullopt},
           StatusCase{R"({"data":{"status":"closed","voided":true}})", RefundStatus::successful,
                      true},
           StatusCase{R"({"data":{"status":"pending","voided":true}})", RefundStatus::successful,
                      true},
           StatusCase{R"({"data":{"status":null,"voided":true}})", RefundStatus::successful, true},
           StatusCase{R"({"data":{"status":null}})", RefundStatus::pending},
           StatusCase{R"({"key":"refund.success","data":{"status":null}})",
                      RefundStatus::successful},
           StatusCase{R"({"key":"refund.success","data":{"status":"pending"}})",
                      RefundStatus::successful},
           StatusCase{R"({"key":"refund.success","data":{"status":"done"}})",
                      RefundStatus::successful},
           StatusCase{R"({"key":"refund.fail","data":{"status":null}})", RefundStatus::failed},
           StatusCase{R"({"key":"refund.fail","data":{"status":"closed"}})", RefundStatus::failed},
       }) {
    const auto event = omise_event(omise_body(changes));
    EXPECT_EQ(event.disposition, Disposition::apply) << changes;
    ASSERT_TRUE(event.refund) << changes;
    EXPECT_EQ(event.refund->status, status) << changes;
    EXPECT_EQ(event.refund->voided, voided) << changes;
    EXPECT_FALSE(event.refund->action_required) << changes;
  }
}

TEST(OmiseDecode, QuarantinesAnEventThatContradictsItself) {
  for (const char* const changes : {R"({"key":"refund.success","data":{"status":"failed"}})",
                                    R"({"key":"refund.success","data":{"status":"canceled"}})",
                                    R"({"key":"refund.fail","data":{"status":"successful"}})",
                                    R"({"key":"refund.fail","data":{"voided":true}})",
                                    R"({"data":{"status":"failed","voided":true}})"}) {
    expect_quarantined(omise_event(omise_body(changes)),
                       "the event says both that the refund succeeded and that it did not");
  }
}

TEST(OmiseDecode, QuarantinesAVoidThatIsNoBoolean) {
  expect_quarantined(omise_event(omise_body(R"({"data":{"voided":"true"}})")),
                     "voided is neither true nor false");
}

TEST(OmiseDecode, KeepsAnUnknownStatusVerbatimAsFarAsItIsPrintable) {
  const auto event = omise_event(omise_body(R"({"data":{"status":"on_hold\u0007\u00e9"}})"));
  ASSERT_TRUE(event.refund);
  EXPECT_EQ(event.refund->provider_status, "on_hold???");
  const std::string status(200, 'x');
  const auto longer = omise_event(omise_body(R"({"data":{"status":")" + status + R"("}})"));
  ASSERT_TRUE(longer.refund);
  EXPECT_EQ(longer.refund->provider_status, status.substr(0, 64));
}

TEST(OmiseDecode, CallsOtherTypesUnsupportedButNamesWhatTheyAreAbout) {
  for (const char* const type : {"customer.create", "refund.create2", "charge.dispute", "x"}) {
    const auto event = omise_event(omise_body(R"({"key":")" + std::string{type} + R"("})"));
    EXPECT_EQ(event.disposition, Disposition::unsupported) << type;
    EXPECT_EQ(event.reason, "events of this type change nothing here");
    EXPECT_EQ(event.anomaly, std::nullopt);
    EXPECT_EQ(event.event_type, type);
    EXPECT_EQ(event.refund_id, "rfnd_1");
    EXPECT_EQ(event.charge_id, "chrg_1");
    EXPECT_FALSE(event.refund);
  }
}

}  // namespace
}  // namespace providers
