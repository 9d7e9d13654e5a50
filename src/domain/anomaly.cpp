#include "domain/anomaly.hpp"

namespace domain {

std::string_view to_string(AnomalyKind kind) {
  switch (kind) {
    case AnomalyKind::over_refund:
      return "over_refund";
    case AnomalyKind::currency_mismatch:
      return "currency_mismatch";
    case AnomalyKind::amount_changed:
      return "amount_changed";
    case AnomalyKind::charge_changed:
      return "charge_changed";
    case AnomalyKind::order_changed:
      return "order_changed";
    case AnomalyKind::contradicting_outcome:
      return "contradicting_outcome";
    case AnomalyKind::non_positive_amount:
      return "non_positive_amount";
    case AnomalyKind::below_minimum:
      return "below_minimum";
    case AnomalyKind::too_many_refunds:
      return "too_many_refunds";
    case AnomalyKind::past_window:
      return "past_window";
    case AnomalyKind::suspected_duplicate_refund:
      return "suspected_duplicate_refund";
    case AnomalyKind::unknown_order:
      return "unknown_order";
    case AnomalyKind::charge_not_successful:
      return "charge_not_successful";
    case AnomalyKind::mode_mismatch:
      return "mode_mismatch";
    case AnomalyKind::conflicting_duplicate:
      return "conflicting_duplicate";
    case AnomalyKind::late_signature:
      return "late_signature";
    case AnomalyKind::unsupported_status:
      return "unsupported_status";
    case AnomalyKind::undecodable_event:
      return "undecodable_event";
    case AnomalyKind::stuck_pending:
      return "stuck_pending";
    case AnomalyKind::provider_disagrees:
      return "provider_disagrees";
    case AnomalyKind::unknown_to_provider:
      return "unknown_to_provider";
    case AnomalyKind::unconfirmed:
      return "unconfirmed";
  }
  __builtin_unreachable();
}

bool concerns_finance(AnomalyKind kind) {
  switch (kind) {
    case AnomalyKind::over_refund:
    case AnomalyKind::currency_mismatch:
    case AnomalyKind::amount_changed:
    case AnomalyKind::contradicting_outcome:
    case AnomalyKind::non_positive_amount:
    case AnomalyKind::suspected_duplicate_refund:
    case AnomalyKind::provider_disagrees:
    case AnomalyKind::unknown_to_provider:
    case AnomalyKind::unconfirmed:
      return true;
    case AnomalyKind::charge_changed:
    case AnomalyKind::order_changed:
    case AnomalyKind::below_minimum:
    case AnomalyKind::too_many_refunds:
    case AnomalyKind::past_window:
    case AnomalyKind::unknown_order:
    case AnomalyKind::charge_not_successful:
    case AnomalyKind::mode_mismatch:
    case AnomalyKind::conflicting_duplicate:
    case AnomalyKind::late_signature:
    case AnomalyKind::unsupported_status:
    case AnomalyKind::undecodable_event:
    case AnomalyKind::stuck_pending:
      return false;
  }
  __builtin_unreachable();
}

}  // namespace domain
