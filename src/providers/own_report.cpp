#include "providers/own_report.hpp"

#include <utility>

#include "providers/envelope.hpp"
#include "providers/sample.hpp"
#include "providers/signature.hpp"

namespace providers {

namespace {

using domain::RefundStatus;

constexpr std::string_view k_object = "report";
constexpr std::string_view k_time_keys[] = {"occurred_at"};
constexpr std::string_view k_requested_keys[] = {"requested_at"};

void put_outcome(OrderedJson& refund, const domain::RefundReport& report) {
  if (report.status) {
    refund["status"] = domain::to_string(*report.status);
  }
  if (report.action_required) {
    refund["action_required"] = true;
  }
  if (report.voided) {
    refund["voided"] = true;
  }
  put_unless_empty(refund, "provider_status", report.provider_status);
}

OrderedJson refund_of(const domain::RefundReport& report) {
  OrderedJson refund;
  refund["refund_id"] = report.refund_id;
  refund["livemode"] = report.livemode;
  put(refund, "charge_id", report.charge_id);
  put(refund, "order_id", report.order_id);
  put_outcome(refund, report);
  if (report.amount) {
    refund["amount_minor"] = report.amount->amount_minor;
    refund["currency"] = report.amount->currency.code();
  }
  put(refund, "reason", report.reason);
  put(refund, "failure_code", report.failure_code);
  put(refund, "failure_message", report.failure_message);
  if (report.requested_at) {
    refund["requested_at"] = domain::format_rfc3339(*report.requested_at);
  }
  if (report.metadata_json) {
    refund["metadata"] = OrderedJson::parse(*report.metadata_json);
  }
  return refund;
}

// False where it is absent.
bool flag_of(const Json& refund, std::string_view name, domain::Event& event) {
  const Json* const value = member(refund, name);
  if (value == nullptr) {
    return false;
  }
  if (!value->is_boolean()) {
    quarantine(event, "a flag of the report is neither true nor false");
    return false;
  }
  return value->get<bool>();
}

void read_mode(const Json& refund, domain::Event& event) {
  if (member(refund, "livemode") == nullptr) {
    quarantine(event, "the report names no mode");
  } else if (flag_of(refund, "livemode", event) != event.livemode) {
    quarantine(event,
               event.livemode ? "the event is from test mode, its source is in live mode"
                              : "the event is from live mode, its source is in test mode",
               domain::AnomalyKind::mode_mismatch);
  }
}

// An absent status is a word of a statement that we do not know: decide says so.
void read_outcome(const Json& refund, domain::Event& event, domain::RefundReport& report) {
  if (const Json* const status = member(refund, "status")) {
    report.status = status->is_string()
                        ? domain::parse_refund_status(status->get_ref<const std::string&>())
                        : std::nullopt;
    if (!report.status) {
      quarantine(event, "the report's status is not one of ours");
    }
  }
  report.action_required = flag_of(refund, "action_required", event);
  report.voided = flag_of(refund, "voided", event);
  if ((report.action_required && report.status != RefundStatus::pending) ||
      (report.voided && report.status != RefundStatus::successful)) {
    quarantine(event, "the report's status does not go with its flags");
  }
  if (const auto word = text_of(member(refund, "provider_status"))) {
    report.provider_status = status_word_of(*word);
  }
}

void read_facts(const Json& refund, domain::RefundReport& report) {
  report.order_id = order_id_of(&refund);  // it stands beside the others, under the same name
  report.reason = text_of(member(refund, "reason"));
  report.failure_code = text_of(member(refund, "failure_code"));
  report.failure_message = text_of(member(refund, "failure_message"));
  report.requested_at = time_of(refund, k_requested_keys);
  report.metadata_json = metadata_json_of(member(refund, "metadata"));
}

domain::RefundReport read_report(const Json& refund, domain::Event& event) {
  domain::RefundReport report;
  report.source = event.source;
  report.refund_id = event.refund_id;
  report.livemode = event.livemode;
  report.evidence = event.evidence;
  report.occurred_at = event.occurred_at;
  report.event_id = event.event_id;
  if (!event.charge_id.empty()) {
    report.charge_id = event.charge_id;
  } else if (member(refund, "charge_id") != nullptr) {
    quarantine(event, "the refund's charge has no usable id");
  }
  read_outcome(refund, event, report);
  const auto money =
      money_of(member(refund, "amount_minor"), member(refund, "currency"), std::nullopt);
  if (!money.problem.empty()) {
    quarantine(event, money.problem, money.anomaly);
  }
  report.amount = money.value;
  read_facts(refund, report);
  return report;
}

std::string note_of(const Json& body) {
  const auto ticket = text_of(member(body, "ticket"));
  const auto note = text_of(member(body, "note"));
  if (!ticket) {
    return note.value_or("");
  }
  return "ticket " + *ticket + (note ? ": " + *note : "");
}

domain::Event event_of(const Json& body, const DecodeOptions& options) {
  domain::Event event;
  event.source = options.source;
  event.livemode = options.livemode;
  event.evidence = options.evidence;
  event.user_id = text_of(member(body, "user")).value_or("");
  event.note = note_of(body);
  event.content_sha256 = sha256(dump_compact(body));
  if (const auto time = time_of(body, k_time_keys)) {
    event.occurred_at = *time;
  } else {
    event.occurred_at = options.received_at;
    quarantine(event, "the report does not say when it happened");
  }
  return event;
}

bool is_own(const Json& body) {
  const Json* const object = member(body, "object");
  return object != nullptr && *object == k_object;
}

}  // namespace

std::string make_own_body(const OwnReport& own) {
  OrderedJson body;
  body["object"] = k_object;
  body["id"] = own.report.event_id;
  body["type"] = own.event_type;
  body["occurred_at"] = domain::format_rfc3339(own.report.occurred_at);
  put_unless_empty(body, "user", own.user_id);
  put_unless_empty(body, "ticket", own.ticket);
  put_unless_empty(body, "note", own.note);
  body["refund"] = refund_of(own.report);
  return write_body(body, /*indent=*/-1);
}

Decoded decode_own_report(std::string_view body, const DecodeOptions& options) {
  const ParsedObject parsed = parse_object(body);
  if (parsed.state != JsonState::whole) {
    return NotAnEvent{std::string{parsed.problem}};
  }
  if (!is_own(parsed.value)) {
    return NotAnEvent{"the body is no report of ours"};
  }
  auto id = id_of(member(parsed.value, "id"));
  auto type = event_type_of(member(parsed.value, "type"));
  const Json* const refund = member(parsed.value, "refund");
  auto refund_id = refund == nullptr ? std::nullopt : id_of(member(*refund, "refund_id"));
  if (!id || !type || !refund_id) {
    return NotAnEvent{"the report has no usable id, type or refund"};
  }
  domain::Event event = event_of(parsed.value, options);
  event.event_id = *std::move(id);
  event.event_type = *std::move(type);
  event.refund_id = *std::move(refund_id);
  event.charge_id = id_of(member(*refund, "charge_id")).value_or("");
  read_mode(*refund, event);
  auto report = read_report(*refund, event);
  if (event.disposition == domain::Disposition::apply) {
    event.refund = std::move(report);
  }
  return event;
}

}  // namespace providers
