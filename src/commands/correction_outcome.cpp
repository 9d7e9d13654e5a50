#include <ostream>

#include "commands/correction.hpp"
#include "commands/explain_summary.hpp"
#include "commands/table.hpp"
#include "commands/terminal_json.hpp"
#include "commands/terminal_text.hpp"

namespace commands {
namespace {

using Json = nlohmann::ordered_json;
using domain::Verdict;

Json to_json(const std::optional<domain::Refund>& refund) {
  if (!refund) {
    return {};
  }
  const auto& amount = refund->amount.value;
  return {{"status", domain::to_string(refund->status)},
          {"action_required", refund->action_required},
          {"voided", refund->voided},
          {"amount_minor", amount ? Json(amount->amount_minor) : Json()},
          {"currency", amount ? Json(amount->currency.code()) : Json()},
          {"charge_id", or_null(refund->charge_id.value)},
          {"order_id", or_null(refund->order_id)},
          {"reason", or_null(refund->reason.value)},
          {"failure_code", or_null(refund->failure_code)},
          {"failure_message", or_null(refund->failure_message)},
          {"evidence", domain::to_string(refund->key.evidence)},
          {"occurred_at", domain::format_rfc3339(refund->key.occurred_at)},
          {"last_event_id", refund->key.event_id}};
}

std::string known_from(const domain::Refund& refund) {
  return std::string{domain::to_string(refund.status)} + " as of " +
         domain::format_rfc3339(refund.key.occurred_at) + " (" +
         std::string{domain::to_string(refund.key.evidence)} + ", event " + refund.key.event_id +
         ")";
}

// `before` is what the report was measured against, where it moved nothing.
std::string sentence_of(const CorrectionOutcome& outcome) {
  const std::string now = outcome.dry_run ? "would be " : "is now ";
  const std::string status{outcome.after ? domain::to_string(outcome.after->status) : "unknown"};
  switch (outcome.verdict) {
    case Verdict::applied:
      return "The refund " + now + status + ".";
    case Verdict::unchanged:
      return "Nothing moved: the refund was already " + known_from(*outcome.after) +
             ", and the report says the same.";
    case Verdict::stale:
      return "Nothing moved: the refund is " + known_from(*outcome.after) +
             ", which counts for more than a report of an earlier time. If yours is the later "
             "truth, say so with --occurred-at.";
    case Verdict::unsupported:
    case Verdict::quarantined:
    case Verdict::late:
    case Verdict::duplicate:
      return "Nothing moved: the report was stored as " +
             std::string{domain::to_string(outcome.verdict)} + "; see `refundctl events show`.";
  }
  __builtin_unreachable();
}

std::vector<std::string> cells_of(const std::optional<domain::Refund>& refund) {
  if (!refund) {
    return {"", "", "", "", "", "", "", ""};
  }
  const auto& amount = refund->amount.value;
  return {std::string{domain::to_string(refund->status)} + (refund->voided ? ", voided" : ""),
          amount ? domain::format_money(*amount) : "",
          refund->charge_id.value.value_or(""),
          refund->reason.value.value_or(""),
          refund->failure_code.value_or(""),
          refund->failure_message.value_or(""),
          std::string{domain::to_string(refund->key.evidence)},
          domain::format_rfc3339(refund->key.occurred_at)};
}

void print_table(const CorrectionOutcome& outcome, std::ostream& out) {
  constexpr const char* k_names[] = {"status",       "amount",          "charge",   "reason",
                                     "failure code", "failure message", "evidence", "as of"};
  Table table{{"", "before", outcome.dry_run ? "would be" : "after"}};
  const auto before = cells_of(outcome.before);
  const auto after = cells_of(outcome.after);
  for (std::size_t at = 0; at < before.size(); ++at) {
    if (!before[at].empty() || !after[at].empty()) {
      table.add_row({k_names[at], before[at], after[at]});
    }
  }
  table.print(out);
}

}  // namespace

void print_outcome(const Correction& correction, const CorrectionOutcome& outcome, bool json,
                   std::ostream& out) {
  const std::string sentence = sentence_of(outcome);
  if (json) {
    print_json({{"source", correction.source},
                {"refund_id", correction.refund_id},
                {"event_id", outcome.event_id},
                {"dry_run", outcome.dry_run},
                {"verdict", domain::to_string(outcome.verdict)},
                {"explanation", sentence},
                {"before", to_json(outcome.before)},
                {"after", to_json(outcome.after)}},
               out);
    return;
  }
  out << "refund " << printable(correction.refund_id) << " of " << printable(correction.source)
      << "\n\n";
  print_table(outcome, out);
  out << "\nverdict " << domain::to_string(outcome.verdict) << ". " << printable(sentence) << "\n";
  if (!outcome.dry_run) {
    out << "event   " << outcome.event_id << "\n";
  }
}

}  // namespace commands
