#include "commands/correction.hpp"

#include <string_view>

#include "commands/commands.hpp"
#include "commands/own_delivery.hpp"
#include "commands/terminal_text.hpp"
#include "providers/fields.hpp"
#include "providers/own_report.hpp"

namespace commands {
namespace {

void check_id(std::string_view option, const std::string& text) {
  if (!providers::is_id(text)) {
    throw UsageError{std::string{option} + " must be an id: visible ASCII, at most " +
                     std::to_string(providers::k_id_bytes_max) + " characters."};
  }
}

// As the decoder keeps it, so that nothing of it is lost.
void check_line(std::string_view option, const std::string& text) {
  if (text.size() > providers::k_text_bytes_max || printable(text) != text) {
    throw UsageError{std::string{option} + " must be one line of at most " +
                     std::to_string(providers::k_text_bytes_max) + " bytes."};
  }
}

void check_said(std::string_view option, const std::string& text) {
  check_line(option, text);
  if (text.find_first_not_of(' ') == std::string::npos) {
    throw UsageError{std::string{option} + " must say something."};
  }
}

std::optional<std::string> text_or_none(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional{text};
}

std::optional<domain::Money> amount_of(const Correction& correction,
                                       const providers::Source& source,
                                       const std::optional<domain::Refund>& known) {
  if (!correction.amount_minor) {
    return std::nullopt;
  }
  auto currency = domain::Currency::parse(correction.currency);
  if (!currency && known && known->amount.value) {
    currency = known->amount.value->currency;
  }
  if (!currency) {
    currency = source.currency_default;
  }
  if (!currency) {
    throw UsageError{"--amount-minor needs --currency: neither the refund nor its source has one."};
  }
  return domain::Money{*correction.amount_minor, *currency};
}

domain::RefundReport report_of(const Correction& correction, const providers::Source& source,
                               const std::optional<domain::Refund>& known,
                               const Occasion& occasion) {
  domain::RefundReport report;
  report.source = source.name;
  report.refund_id = correction.refund_id;
  report.livemode = source.livemode;
  report.status = domain::parse_refund_status(correction.status);
  report.voided = correction.voided;
  report.charge_id = text_or_none(correction.charge_id);
  report.amount = amount_of(correction, source, known);
  report.reason = text_or_none(correction.reason);
  report.failure_code = text_or_none(correction.failure_code);
  report.failure_message = text_or_none(correction.failure_message);
  report.evidence = domain::Evidence::operator_;
  report.occurred_at = correction.occurred_at.value_or(occasion.now);
  report.event_id = occasion.event_id;
  return report;
}

}  // namespace

void check_correction(const Correction& correction, domain::Time now) {
  check_id("REFUND", correction.refund_id);
  if (!correction.charge_id.empty()) {
    check_id("--charge", correction.charge_id);
  }
  if (!correction.currency.empty() && !domain::Currency::parse(correction.currency)) {
    throw UsageError{"--currency must be a currency of ISO 4217, like \"JPY\"."};
  }
  if (!correction.currency.empty() && !correction.amount_minor) {
    throw UsageError{"--currency goes with --amount-minor."};
  }
  if (correction.voided && correction.status != "successful") {
    throw UsageError{"--voided goes with --status successful."};
  }
  if (correction.status != "failed" &&
      !(correction.failure_code.empty() && correction.failure_message.empty())) {
    throw UsageError{"--failure-code and --failure-message go with --status failed."};
  }
  if (correction.occurred_at && *correction.occurred_at > now) {
    throw UsageError{"--occurred-at lies in the future."};
  }
  check_line("--failure-code", correction.failure_code);
  check_line("--failure-message", correction.failure_message);
  check_line("--reason", correction.reason);
  check_said("--ticket", correction.ticket);
  check_said("--note", correction.note);
}

store::Delivery delivery_of(const Correction& correction, const providers::Source& source,
                            const std::optional<domain::Refund>& known, const Occasion& occasion) {
  const bool says_all =
      !correction.charge_id.empty() && correction.amount_minor && !correction.currency.empty();
  if (!known && !says_all) {
    throw UsageError{"No refund " + printable(correction.refund_id) + " of " + source.name +
                     " is known. To make it, say --charge, --amount-minor and --currency."};
  }
  return own_delivery({report_of(correction, source, known, occasion), "refund.correct",
                       occasion.user, correction.ticket, correction.note},
                      source, occasion.now);
}

}  // namespace commands
