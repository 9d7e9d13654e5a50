#include "providers/decode.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "providers/envelope.hpp"
#include "providers/read_event.hpp"
#include "providers/resources.hpp"

namespace providers {

namespace {

enum class Subject { refund, charge, other };

Subject subject_of(std::string_view event_type, const Dialect& dialect) {
  const auto lists = [event_type](Names types) {
    return std::ranges::find(types, event_type) != types.end();
  };
  if (lists(dialect.refund_types) || event_type == k_refund_read) {
    return Subject::refund;
  }
  return lists(dialect.charge_types) || event_type == k_charge_read ? Subject::charge
                                                                    : Subject::other;
}

// A provider renames its objects now and then ("refund", later "payment_refund"), so that a part of
// the name has to do.
bool is_called(const Json& data, std::string_view word) {
  const Json* const name = member(data, "object");
  return name != nullptr && name->is_string() &&
         name->get_ref<const std::string&>().find(word) != std::string::npos;
}

bool is_called_otherwise(const Json& data, std::string_view word) {
  return member(data, "object") != nullptr && !is_called(data, word);
}

// For every event, also one that changes nothing: a person who looks for a refund shall find it.
void name_resources(const Json& data, Subject subject, const Dialect& dialect,
                    domain::Event& event) {
  const bool is_refund =
      subject == Subject::refund || (subject == Subject::other && is_called(data, "refund"));
  const bool is_charge = subject == Subject::charge || (subject == Subject::other && !is_refund &&
                                                        is_called(data, dialect.charge_object));
  if (is_refund) {
    event.refund_id = id_of(member(data, "id")).value_or("");
  }
  event.charge_id = is_charge ? id_of(member(data, "id")).value_or("")
                              : charge_reference_of(data, dialect.charge_keys).charge_id;
}

void read_refund_event(const Json& data, const DecodeOptions& options, const Dialect& dialect,
                       domain::Event& event) {
  if (is_called_otherwise(data, "refund")) {
    return quarantine(event, "the event is about a refund but carries something else");
  }
  if (event.refund_id.empty()) {
    return quarantine(event, member(data, "id") == nullptr ? "the refund has no id"
                                                           : "the refund's id is not usable");
  }
  const ChargeReference charge = charge_reference_of(data, dialect.charge_keys);
  if (!charge.problem.empty()) {
    return quarantine(event, charge.problem);
  }
  auto refund = read_refund(data, event, options, dialect);
  if (!refund.problem.empty()) {
    return quarantine(event, refund.problem, refund.anomaly);
  }
  event.refund = std::move(refund.value);
  if (charge.expanded != nullptr) {
    // An unreadable amount of the charge must not stop the refund: the total stays unknown.
    event.charge = read_charge(*charge.expanded, event, options, dialect).report;
  }
}

void read_charge_event(const Json& data, const DecodeOptions& options, const Dialect& dialect,
                       domain::Event& event) {
  if (is_called_otherwise(data, dialect.charge_object)) {
    return quarantine(event, "the event is about a charge but carries something else");
  }
  if (event.charge_id.empty()) {
    return quarantine(event, member(data, "id") == nullptr ? "the charge has no id"
                                                           : "the charge's id is not usable");
  }
  ChargeReading charge = read_charge(data, event, options, dialect);
  if (!charge.problem.empty()) {
    return quarantine(event, charge.problem, charge.anomaly);
  }
  event.charge = std::move(charge.report);
}

void read_reports(const Json& data, Subject subject, const DecodeOptions& options,
                  const Dialect& dialect, domain::Event& event) {
  if (event.disposition != domain::Disposition::apply) {
    return;
  }
  if (subject == Subject::other) {
    event.disposition = domain::Disposition::unsupported;
    event.reason = "events of this type change nothing here";
  } else if (data.is_null()) {
    quarantine(event, subject == Subject::refund ? "the event carries no refund"
                                                 : "the event carries no charge");
  } else if (subject == Subject::refund) {
    read_refund_event(data, options, dialect, event);
  } else {
    read_charge_event(data, options, dialect, event);
  }
}

}  // namespace

Decoded decode_event(std::string_view body, const DecodeOptions& options, const Dialect& dialect) {
  const ParsedObject parsed = parse_object(body);
  if (parsed.state == JsonState::malformed) {
    return NotAnEvent{std::string{parsed.problem}};
  }
  const Json* const type = member(parsed.value, dialect.type_key);
  if (parsed.state == JsonState::whole && (type == nullptr || !type->is_string())) {
    return NotAnEvent{"the body names no event type"};
  }
  const Json& data = data_of(parsed.value);
  domain::Event event = read_envelope(body, parsed, options, dialect);
  const Subject subject = subject_of(event.event_type, dialect);
  name_resources(data, subject, dialect, event);
  read_reports(data, subject, options, dialect, event);
  return event;
}

}  // namespace providers
