#include "providers/payjp.hpp"
#include "providers/sample.hpp"

namespace providers {

namespace {

std::string refund_status(const SampleEvent& sample) {
  if (sample.status) {
    return *sample.status;
  }
  if (sample.event_type == "refund.updated") {
    return "succeeded";
  }
  return sample.event_type == "refund.failed" ? "failed" : "pending";
}

// API v2 knows yen only and names no currency; another one shows what becomes of a wrong event.
void put_currency(OrderedJson& object, const SampleEvent& sample) {
  if (sample.currency != "JPY") {
    put(object, "currency", sample.currency);
  }
}

void put_times(OrderedJson& object, const SampleEvent& sample) {
  const std::string time = domain::format_rfc3339(sample.occurred_at);
  object["created_at"] = time;
  object["updated_at"] = time;
}

OrderedJson refund_of(const SampleEvent& sample) {
  OrderedJson refund;
  refund["object"] = "payment_refund";
  put_unless_empty(refund, "id", sample.refund_id);
  refund["livemode"] = sample.livemode;
  put(refund, "payment_flow_id", sample.charge_id);
  refund["amount"] = sample.amount_minor;
  put_currency(refund, sample);
  refund["status"] = refund_status(sample);
  put(refund, "reason", sample.reason);
  put(refund, "failure_code", sample.failure_code);
  put(refund, "failure_message", sample.failure_message);
  refund["metadata"] = sample_metadata(sample);
  put_times(refund, sample);
  return refund;
}

OrderedJson payment_flow_of(const SampleEvent& sample) {
  const std::string status = sample.status.value_or("succeeded");
  OrderedJson flow;
  flow["object"] = "payment_flow";
  put(flow, "id", sample.charge_id);
  flow["livemode"] = sample.livemode;
  flow["amount"] = sample.amount_minor;
  flow["amount_received"] = status == "succeeded" ? sample.amount_minor : 0;
  put_currency(flow, sample);
  if (sample.payment_method) {
    flow["payment_method_types"] = OrderedJson::array({*sample.payment_method});
  }
  flow["status"] = status;
  flow["metadata"] = sample_metadata(sample);
  put_times(flow, sample);
  return flow;
}

OrderedJson event_of(const SampleEvent& sample) {
  OrderedJson event;
  event["object"] = "event";
  put_unless_empty(event, "id", sample.event_id);
  event["livemode"] = sample.livemode;
  event["type"] = sample.event_type;
  event["pending_webhooks"] = 1;
  event["data"] =
      sample.event_type.starts_with("payment_flow.") ? payment_flow_of(sample) : refund_of(sample);
  put_times(event, sample);
  return event;
}

}  // namespace

std::string make_payjp_body(const SampleEvent& sample) {
  return write_body(event_of(sample), /*indent=*/-1);
}

}  // namespace providers
