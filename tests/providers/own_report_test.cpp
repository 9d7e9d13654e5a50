// Reports of our own: what is written can be read again, and nothing else is believed.
#include "providers/own_report.hpp"

#include <random>

#include "providers/decoding.hpp"
#include "providers/signature.hpp"

namespace providers {
namespace {

using domain::Evidence;
using domain::RefundStatus;

DecodeOptions operator_options() {
  DecodeOptions options = live_options();
  options.evidence = Evidence::operator_;
  return options;
}

domain::RefundReport full_report() {
  domain::RefundReport report;
  report.source = "shop";
  report.refund_id = "rfnd_1";
  report.status = RefundStatus::failed;
  report.provider_status = "rejected";
  report.charge_id = "chrg_1";
  report.order_id = "order-1 ลูก";
  report.amount = money(9'007'199'254'740'993, "THB");  // more than a double holds
  report.reason = "requested_by_customer";
  report.metadata_json = R"({"a":[1,{"b":"ü"}],"order_id":"x"})";
  report.failure_code = "insufficient_balance";
  report.failure_message = "not enough \"money\"";
  report.requested_at = at("2026-01-30T10:00:00Z");
  report.evidence = Evidence::operator_;
  report.occurred_at = at("2026-01-31T10:00:00.000001Z");
  report.event_id = "operator:0197";
  return report;
}

domain::RefundReport least_report() {
  domain::RefundReport report;
  report.source = "shop";
  report.refund_id = "rfnd_1";
  report.status = RefundStatus::successful;
  report.evidence = Evidence::operator_;
  report.occurred_at = at("2026-01-31T10:00:00Z");
  report.event_id = "operator:0197";
  return report;
}

OwnReport own(domain::RefundReport report) {
  return {std::move(report), "refund.correct", "anna", "ZD-7", "the bank's letter of 30 January"};
}

domain::Event decoded(std::string_view body, const DecodeOptions& options = operator_options()) {
  return event_of(decode_own_report(body, options));
}

void expect_same(const domain::RefundReport& left, const domain::RefundReport& right) {
  EXPECT_EQ(left.source, right.source);
  EXPECT_EQ(left.refund_id, right.refund_id);
  EXPECT_EQ(left.livemode, right.livemode);
  EXPECT_EQ(left.status, right.status);
  EXPECT_EQ(left.action_required, right.action_required);
  EXPECT_EQ(left.voided, right.voided);
  EXPECT_EQ(left.provider_status, right.provider_status);
  EXPECT_EQ(left.charge_id, right.charge_id);
  EXPECT_EQ(left.order_id, right.order_id);
  EXPECT_EQ(left.amount, right.amount);
  EXPECT_EQ(left.reason, right.reason);
  EXPECT_EQ(left.metadata_json, right.metadata_json);
  EXPECT_EQ(left.failure_code, right.failure_code);
  EXPECT_EQ(left.failure_message, right.failure_message);
  EXPECT_EQ(left.requested_at, right.requested_at);
  EXPECT_EQ(left.evidence, right.evidence);
  EXPECT_EQ(left.occurred_at, right.occurred_at);
  EXPECT_EQ(left.event_id, right.event_id);
}

// Bodies that are stored already: these bytes never change.
TEST(OwnReport, IsWrittenInThisShape) {
  EXPECT_EQ(make_own_body(own(least_report())),
            R"({"object":"report","id":"operator:0197","type":"refund.correct",)"
            R"("occurred_at":"2026-01-31T10:00:00Z","user":"anna","ticket":"ZD-7",)"
            R"("note":"the bank's letter of 30 January",)"
            R"("refund":{"refund_id":"rfnd_1","livemode":true,"status":"successful"}})");
  EXPECT_EQ(make_own_body({full_report(), "statement.line", "", "", ""}),
            R"({"object":"report","id":"operator:0197","type":"statement.line",)"
            R"("occurred_at":"2026-01-31T10:00:00.000001Z",)"
            R"("refund":{"refund_id":"rfnd_1","livemode":true,"charge_id":"chrg_1",)"
            R"("order_id":"order-1 ลูก","status":"failed","provider_status":"rejected",)"
            R"("amount_minor":9007199254740993,"currency":"THB",)"
            R"("reason":"requested_by_customer","failure_code":"insufficient_balance",)"
            R"("failure_message":"not enough \"money\"","requested_at":"2026-01-30T10:00:00Z",)"
            R"("metadata":{"a":[1,{"b":"ü"}],"order_id":"x"}}})");
}

TEST(OwnReport, IsReadAgainWithEveryField) {
  const std::string body = make_own_body(own(full_report()));
  const auto event = decoded(body);
  EXPECT_EQ(event.disposition, domain::Disposition::apply);
  EXPECT_EQ(event.source, "shop");
  EXPECT_EQ(event.event_id, "operator:0197");
  EXPECT_EQ(event.event_type, "refund.correct");
  EXPECT_EQ(event.evidence, Evidence::operator_);
  EXPECT_EQ(event.occurred_at, at("2026-01-31T10:00:00.000001Z"));
  EXPECT_EQ(event.refund_id, "rfnd_1");
  EXPECT_EQ(event.charge_id, "chrg_1");
  EXPECT_EQ(event.content_sha256, sha256(dump_compact(parse_object(body).value)));
  EXPECT_FALSE(event.charge);
  ASSERT_TRUE(event.refund);
  expect_same(*event.refund, full_report());
}

TEST(OwnReport, TellsTheAuditTrailWhoAndWhy) {
  OwnReport report = own(least_report());
  EXPECT_EQ(decoded(make_own_body(report)).user_id, "anna");
  EXPECT_EQ(decoded(make_own_body(report)).note, "ticket ZD-7: the bank's letter of 30 January");
  report.note.clear();
  EXPECT_EQ(decoded(make_own_body(report)).note, "ticket ZD-7");
  report.ticket.clear();
  EXPECT_EQ(decoded(make_own_body(report)).note, "");
  report.note = "why";
  EXPECT_EQ(decoded(make_own_body(report)).note, "why");
}

TEST(OwnReport, HasItsEvidenceFromWhereItIsStored) {
  DecodeOptions options = operator_options();
  options.evidence = Evidence::statement;
  const auto event = decoded(make_own_body(own(least_report())), options);
  EXPECT_EQ(event.evidence, Evidence::statement);
  EXPECT_EQ(event.refund->evidence, Evidence::statement);
}

template <typename T>
std::optional<T> maybe(std::mt19937& random, T value) {
  return random() % 2 == 0 ? std::nullopt : std::optional<T>{std::move(value)};
}

domain::RefundReport random_report(std::mt19937& random) {
  constexpr RefundStatus k_statuses[] = {RefundStatus::pending, RefundStatus::successful,
                                         RefundStatus::failed, RefundStatus::canceled};
  constexpr const char* k_currencies[] = {"THB", "JPY", "KWD"};
  domain::RefundReport report = least_report();
  report.livemode = random() % 2 == 0;
  report.status = maybe(random, k_statuses[random() % 4]);
  report.action_required = report.status == RefundStatus::pending && random() % 2 == 0;
  report.voided = report.status == RefundStatus::successful && random() % 2 == 0;
  report.provider_status = maybe(random, std::string{"word"}).value_or("");
  report.charge_id = maybe(random, std::string{"chrg_1"});
  report.order_id = maybe(random, std::string{"注文-1"});
  report.amount = maybe(random, money(1 + random() % 1'000'000, k_currencies[random() % 3]));
  report.reason = maybe(random, std::string{"a \\ reason"});
  report.metadata_json = maybe(random, std::string{R"({"k":[null,true,-1.5]})"});
  report.failure_code = maybe(random, std::string{"code"});
  report.failure_message = maybe(random, std::string{"message"});
  report.requested_at = maybe(random, report.occurred_at - std::chrono::hours{1});
  report.occurred_at += std::chrono::microseconds{random()};
  return report;
}

TEST(OwnReport, AnyReportComesBackAsItWas) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random{seed};
  for (int round = 0; round < 1000 && !testing::Test::HasFailure(); ++round) {
    const auto report = random_report(random);
    DecodeOptions options = operator_options();
    options.livemode = report.livemode;
    const auto event = decoded(make_own_body(own(report)), options);
    ASSERT_TRUE(event.refund) << event.reason;
    expect_same(*event.refund, report);
  }
}

std::string changed(std::string_view changes) {
  Json body = Json::parse(make_own_body(own(full_report())));
  body.merge_patch(Json::parse(changes));
  return body.dump();
}

TEST(OwnReport, WithAFieldThatIsWrongIsQuarantined) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"occurred_at": null})", "the report does not say when it happened"},
      {R"({"occurred_at": "yesterday"})", "the report does not say when it happened"},
      {R"({"refund": {"livemode": null}})", "the report names no mode"},
      {R"({"refund": {"status": "closed"}})", "the report's status is not one of ours"},
      {R"({"refund": {"status": 1}})", "the report's status is not one of ours"},
      {R"({"refund": {"voided": true}})", "the report's status does not go with its flags"},
      {R"({"refund": {"action_required": true}})",
       "the report's status does not go with its flags"},
      {R"({"refund": {"voided": "yes"}})", "a flag of the report is neither true nor false"},
      {R"({"refund": {"charge_id": "a b"}})", "the refund's charge has no usable id"},
      {R"({"refund": {"amount_minor": 1.5}})", "the amount is not a whole number"},
      {R"({"refund": {"currency": null}})", "the amount has no currency"},
  };
  for (const auto& [changes, reason] : cases) {
    SCOPED_TRACE(changes);
    expect_quarantined(decoded(changed(changes)), reason);
  }
  expect_quarantined(decoded(changed(R"({"refund": {"amount_minor": 0}})")),
                     "the amount is not greater than zero",
                     domain::AnomalyKind::non_positive_amount);
  expect_quarantined(decoded(changed(R"({"refund": {"livemode": false}})")),
                     "the event is from test mode, its source is in live mode",
                     domain::AnomalyKind::mode_mismatch);
}

TEST(OwnReport, IsNothingElse) {
  const std::string bodies[] = {
      "",
      "[]",
      "{}",
      payjp_body(),
      changed(R"({"object": "event"})"),
      changed(R"({"id": null})"),
      changed(R"({"id": "a b"})"),
      changed(R"({"type": null})"),
      changed(R"({"refund": null})"),
      changed(R"({"refund": "rfnd_1"})"),
      changed(R"({"refund": {"refund_id": null}})"),
      with(changed("{}"), R"("object")", R"("object":"report","object")"),
      changed("{}") + "{}",
  };
  for (const std::string& body : bodies) {
    EXPECT_TRUE(std::holds_alternative<NotAnEvent>(decode_own_report(body, operator_options())))
        << body;
  }
}

}  // namespace
}  // namespace providers
