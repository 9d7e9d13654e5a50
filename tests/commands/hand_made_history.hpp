// Histories made by hand, for the tests of `refundctl explain`.
#pragma once

#include <string>
#include <string_view>

#include "store/history.hpp"

namespace commands_test {

inline domain::Time at(std::string_view text) {
  return *domain::parse_rfc3339(text);
}

inline domain::Money money(std::int64_t amount_minor, std::string_view currency) {
  return {amount_minor, *domain::Currency::parse(currency)};
}

/// A live refund of 1,000.00 THB that was pending and is successful, with an order and a charge.
inline store::RefundHistory successful_history() {
  store::RefundHistory history;
  history.source = "omise-th";
  history.refund_id = "rfnd_1";
  domain::Refund& refund = history.refund.emplace();
  refund.source = history.source;
  refund.refund_id = history.refund_id;
  refund.status = domain::RefundStatus::successful;
  refund.key = {true, at("2026-01-31T10:03:34Z"), 2, domain::Evidence::signed_webhook, "evnt_2"};
  refund.amount.value = money(100000, "THB");
  refund.charge_id.value = "chrg_1";
  refund.order_id = "1001";
  refund.requested_at = at("2026-01-30T09:00:00Z");
  history.charge = {"chrg_1", "THB", 500000, 100000, 0,
                    400000,   1,     false,  "card", at("2026-01-15T09:00:00Z")};
  history.order = {"1001", "partially_refunded", true, "THB", 500000, 100000, 0};
  history.events = {{at("2026-01-30T09:00:01.5Z"), at("2026-01-30T09:00:00Z"), "evnt_1",
                     "refund.create", "applied", "", "signed_webhook", "203.0.113.7"},
                    {at("2026-01-31T10:03:35Z"), at("2026-01-31T10:03:34Z"), "evnt_2",
                     "refund.success", "applied", "", "signed_webhook", "203.0.113.7"}};
  history.audit = {{at("2026-01-30T09:00:01.5Z"), 1, "evnt_1", "applied", "", "pending",
                    money(100000, "THB"), "", "", ""},
                   {at("2026-01-31T10:03:35Z"), 2, "evnt_2", "applied", "pending", "successful",
                    money(100000, "THB"), "", "", ""}};
  history.messages = {{at("2026-01-31T10:03:35Z"),
                       "11111111-1111-1111-1111-111111111111",
                       "customer",
                       "refund_complete",
                       "normal",
                       "sent",
                       "{}",
                       at("2026-01-31T10:03:36Z"),
                       "mail",
                       1,
                       at("2026-01-31T10:05:06Z"),
                       {},
                       "",
                       "<11111111@shop.example>"}};
  return history;
}

/// The same, failed, with an anomaly and a message that says what to do.
inline store::RefundHistory failed_history() {
  auto history = successful_history();
  auto& refund = *history.refund;
  refund.status = domain::RefundStatus::failed;
  refund.failure_code = "insufficient_balance";
  refund.failure_message = "The balance does not suffice";
  history.audit[1].status_after = "failed";
  history.events.push_back({at("2026-02-01T00:00:00Z"), at("2026-01-01T00:00:00Z"), "evnt_3",
                            "refund.success", "late",
                            "the signature is right, but its time is more than 300 seconds away "
                            "from ours",
                            "signed_webhook", "203.0.113.7"});
  history.messages = {
      {at("2026-01-31T10:03:35Z"),
       "22222222-2222-2222-2222-222222222222",
       "support",
       "refund_failed",
       "normal",
       "pending",
       R"({"nextStep":"Ask finance to top up the provider balance, then create the refund again."})",
       {},
       "desk",
       2,
       at("2026-01-31T10:07:00Z"),
       {},
       "the server answered 503",
       ""}};
  history.anomalies = {
      {at("2026-01-31T10:03:35Z"),
       "past_window",
       R"({"expected":"within 365 days of 2025-01-01T00:00:00Z","found":"2026-01-30T09:00:00Z"})",
       {},
       ""},
      {at("2026-01-30T09:00:02Z"), "unknown_order", "{}", at("2026-01-30T09:05:00Z"), "refundd"}};
  return history;
}

}  // namespace commands_test
