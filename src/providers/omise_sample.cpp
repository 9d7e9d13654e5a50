#include "providers/omise.hpp"
#include "providers/sample.hpp"

namespace providers {

namespace {

std::string refund_status(const SampleEvent& sample) {
  if (sample.status) {
    return *sample.status;
  }
  if (sample.event_type == "refund.success") {
    return "successful";
  }
  return sample.event_type == "refund.fail" ? "failed" : "pending";
}

std::string charge_status(const SampleEvent& sample) {
  if (sample.status) {
    return *sample.status;
  }
  if (sample.event_type == "charge.create") {
    return "pending";
  }
  if (sample.event_type == "charge.reverse") {
    return "reversed";
  }
  return sample.event_type == "charge.expire" ? "expired" : "successful";
}

OrderedJson refund_of(const SampleEvent& sample) {
  const std::string charge_id = sample.charge_id.value_or("");
  OrderedJson refund;
  refund["object"] = "refund";
  put_unless_empty(refund, "id", sample.refund_id);
  refund["livemode"] = sample.livemode;
  refund["location"] = "/charges/" + charge_id + "/refunds/" + sample.refund_id;
  refund["amount"] = sample.amount_minor;
  put(refund, "currency", sample.currency);
  refund["funding_amount"] = sample.amount_minor;
  put(refund, "funding_currency", sample.currency);
  put(refund, "charge", sample.charge_id);
  refund["transaction"] = nullptr;
  refund["status"] = refund_status(sample);
  refund["voided"] = sample.voided;
  refund["metadata"] = sample_metadata(sample);
  put(refund, "reason", sample.reason);
  put(refund, "failure_code", sample.failure_code);
  put(refund, "failure_message", sample.failure_message);
  for (const char* const name : {"capture", "terminal", "acquirer_reference_number",
                                 "approval_code", "merchant_name", "merchant_uid"}) {
    refund[name] = nullptr;
  }
  refund["created_at"] = domain::format_rfc3339(sample.occurred_at);
  return refund;
}

OrderedJson charge_of(const SampleEvent& sample) {
  const std::string status = charge_status(sample);
  const std::string time = domain::format_rfc3339(sample.occurred_at);
  OrderedJson charge;
  charge["object"] = "charge";
  put(charge, "id", sample.charge_id);
  charge["location"] = "/charges/" + sample.charge_id.value_or("");
  charge["amount"] = sample.amount_minor;
  charge["refunded_amount"] = 0;
  put(charge, "currency", sample.currency);
  charge["status"] = status;
  charge["capture"] = true;
  charge["paid"] = status == "successful";
  charge["reversed"] = status == "reversed";
  charge["expired"] = status == "expired";
  charge["livemode"] = sample.livemode;
  charge["metadata"] = sample_metadata(sample);
  if (sample.payment_method == "card") {
    charge["card"] = {{"object", "card"}, {"livemode", sample.livemode}};
  } else if (sample.payment_method) {
    charge["source"] = {{"object", "source"}, {"type", *sample.payment_method}};
  }
  put(charge, "failure_code", sample.failure_code);
  put(charge, "failure_message", sample.failure_message);
  charge["paid_at"] = status == "successful" ? OrderedJson(time) : OrderedJson(nullptr);
  charge["created_at"] = time;
  return charge;
}

OrderedJson event_of(const SampleEvent& sample) {
  OrderedJson event;
  event["object"] = "event";
  put_unless_empty(event, "id", sample.event_id);
  event["livemode"] = sample.livemode;
  event["location"] = "/events/" + sample.event_id;
  event["webhook_deliveries"] = OrderedJson::array();
  event["data"] = sample.event_type.starts_with("charge.") ? charge_of(sample) : refund_of(sample);
  event["key"] = sample.event_type;
  event["created_at"] = domain::format_rfc3339(sample.occurred_at);
  return event;
}

}  // namespace

std::string make_omise_body(const SampleEvent& sample) {
  return write_body(event_of(sample), /*indent=*/2) + "\n";
}

}  // namespace providers
