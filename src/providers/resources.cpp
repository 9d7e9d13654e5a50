#include "providers/resources.hpp"

#include <utility>

#include "providers/api.hpp"
#include "providers/read_event.hpp"

namespace providers {

namespace {

const Json* metadata_of(const Json& resource, const Dialect& dialect) {
  for (const std::string_view name : dialect.metadata_keys) {
    const Json* const value = member(resource, name);
    if (value != nullptr && value->is_object()) {
      return value;
    }
  }
  return nullptr;
}

// What a report has from its event and not from the resource.
template <typename Report>
Report report_of(const domain::Event& event) {
  Report report;
  report.source = event.source;
  report.livemode = event.livemode;
  report.evidence = event.evidence;
  report.occurred_at = event.occurred_at;
  report.event_id = event.event_id;
  return report;
}

Field<RefundOutcome> outcome_of(const Json& refund, const domain::Event& event,
                                const DecodeOptions& options, const Dialect& dialect) {
  const Json* const status = member(refund, "status");
  if (status != nullptr && !status->is_string()) {
    return {.value = {}, .problem = "the refund's status is not a word"};
  }
  RefundWords words{refund, event.event_type, std::nullopt, options.missing_status};
  if (status != nullptr) {
    words.status = status->get_ref<const std::string&>();
  }
  return dialect.refund_outcome(words);
}

void read_texts(const Json& refund, const Dialect& dialect, domain::RefundReport& report) {
  const Json* const metadata = metadata_of(refund, dialect);
  report.order_id = order_id_of(metadata);
  report.metadata_json = metadata_json_of(metadata);
  report.reason = text_of(member(refund, "reason"));
  report.failure_code = text_of(member(refund, "failure_code"));
  report.failure_message = text_of(member(refund, "failure_message"));
  if (const Json* const status = member(refund, "status")) {
    report.provider_status = status_word_of(status->get_ref<const std::string&>());
  }
}

}  // namespace

ChargeReference charge_reference_of(const Json& refund, Names charge_keys) {
  ChargeReference reference;
  for (const std::string_view name : charge_keys) {
    const Json* const value = member(refund, name);
    if (value == nullptr) {
      continue;
    }
    auto id = id_of(value->is_object() ? member(*value, "id") : value);
    if (!id) {
      reference.problem = "the refund's charge has no usable id";
    } else if (reference.charge_id.empty()) {
      reference.charge_id = std::move(*id);
    } else if (reference.charge_id != *id) {
      reference.problem = "the refund names two different charges";
    }
    if (value->is_object()) {
      reference.expanded = value;
    }
  }
  return reference;
}

Field<domain::RefundReport> read_refund(const Json& refund, const domain::Event& event,
                                        const DecodeOptions& options, const Dialect& dialect) {
  const auto outcome = outcome_of(refund, event, options, dialect);
  if (!outcome.problem.empty()) {
    return {.value = {}, .problem = outcome.problem, .anomaly = outcome.anomaly};
  }
  const auto money =
      money_of(member(refund, "amount"), member(refund, "currency"), options.currency_default);
  if (!money.problem.empty()) {
    return {.value = {}, .problem = money.problem, .anomaly = money.anomaly};
  }
  auto report = report_of<domain::RefundReport>(event);
  report.refund_id = event.refund_id;
  if (!event.charge_id.empty()) {
    report.charge_id = event.charge_id;
  }
  report.status = outcome.value->status;
  report.action_required = outcome.value->action_required;
  report.voided = outcome.value->voided;
  report.amount = money.value;
  if (event.event_type == k_refund_read) {
    report.requested_at = time_of(refund, k_created_keys);
  }
  read_texts(refund, dialect, report);
  return {.value = std::move(report), .problem = {}};
}

ChargeReading read_charge(const Json& charge, const domain::Event& event,
                          const DecodeOptions& options, const Dialect& dialect) {
  const auto money =
      money_of(dialect.charge_amount(charge), member(charge, "currency"), options.currency_default);
  ChargeReading reading{report_of<domain::ChargeReport>(event), money.problem, money.anomaly};
  reading.report.charge_id = event.charge_id;
  reading.report.status = dialect.charge_status(charge, event.event_type);
  reading.report.order_id = order_id_of(metadata_of(charge, dialect));
  reading.report.amount = money.value;
  reading.report.payment_method = dialect.payment_method(charge);
  reading.report.charged_at = time_of(charge, dialect.charged_at_keys);
  return reading;
}

}  // namespace providers
