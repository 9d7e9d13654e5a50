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
  put(refund, "currency", sample.currency);
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
  put(flow, "currency", sample.currency);
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

SampleRequest make_payjp_request(const SampleEvent& sample, std::span<const std::string> secrets,
                                 domain::Time /*signed_at*/) {
  SampleRequest request;
  request.body = write_body(event_of(sample), /*indent=*/-1);
  request.headers.emplace_back("Content-Type", "application/json; charset=utf-8");
  if (!secrets.empty()) {
    request.headers.emplace_back(k_payjp_token_header, secrets.front());
  }
  return request;
}

}  // namespace providers
