// Plain reports and events for the tests of the domain and the store.
#pragma once

#include <string>
#include <utility>

#include "domain/books.hpp"

namespace samples {

inline domain::Time at(int second) {
  return domain::Time{std::chrono::seconds{1'700'000'000 + second}};
}

inline domain::Money thb(std::int64_t amount_minor) {
  return {amount_minor, *domain::Currency::parse("THB")};
}

inline domain::Money jpy(std::int64_t amount_minor) {
  return {amount_minor, *domain::Currency::parse("JPY")};
}

/// A full report of a refund of 1,000.00 THB, said at second `second` by event `event_id`.
inline domain::RefundReport report(domain::RefundStatus status, int second, std::string event_id) {
  domain::RefundReport report;
  report.source = "omise-th";
  report.refund_id = "rfnd_1";
  report.status = status;
  report.provider_status = to_string(status);
  report.charge_id = "chrg_1";
  report.order_id = "order-1";
  report.amount = thb(100'000);
  report.evidence = domain::Evidence::signed_webhook;
  report.occurred_at = at(second);
  report.event_id = std::move(event_id);
  return report;
}

inline domain::ChargeReport charge_report(int second, std::string event_id) {
  domain::ChargeReport report;
  report.source = "omise-th";
  report.charge_id = "chrg_1";
  report.status = domain::ChargeStatus::successful;
  report.order_id = "order-1";
  report.amount = thb(100'000);
  report.payment_method = "card";
  report.charged_at = at(-1000);
  report.evidence = domain::Evidence::signed_webhook;
  report.occurred_at = at(second);
  report.event_id = std::move(event_id);
  return report;
}

inline domain::Event event_of(domain::RefundReport report) {
  domain::Event event;
  event.source = report.source;
  event.event_id = report.event_id;
  event.event_type = "refund.create";
  event.evidence = report.evidence;
  event.occurred_at = report.occurred_at;
  event.livemode = report.livemode;
  event.refund_id = report.refund_id;
  event.charge_id = report.charge_id.value_or("");
  event.refund = std::move(report);
  return event;
}

inline domain::Event event_of(domain::ChargeReport report) {
  domain::Event event;
  event.source = report.source;
  event.event_id = report.event_id;
  event.event_type = "charge.complete";
  event.evidence = report.evidence;
  event.occurred_at = report.occurred_at;
  event.livemode = report.livemode;
  event.charge_id = report.charge_id;
  event.charge = std::move(report);
  return event;
}

}  // namespace samples
