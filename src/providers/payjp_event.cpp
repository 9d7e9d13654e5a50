#include <algorithm>
#include <array>

#include "providers/decode.hpp"
#include "providers/payjp.hpp"

namespace providers {

namespace {

using domain::ChargeStatus;
using domain::RefundStatus;

constexpr std::string_view k_event_time_keys[] = {"created_at"};
constexpr std::string_view k_resource_time_keys[] = {"updated_at", "updated_date", "created_at",
                                                     "created_date"};
constexpr std::string_view k_charged_at_keys[] = {"created_at", "created_date"};
constexpr std::string_view k_charge_keys[] = {"payment_flow_id", "payment_flow"};
constexpr std::string_view k_metadata_keys[] = {"metadata", "meta_data"};

struct StatusWord {
  std::string_view word;
  RefundStatus status;
  bool action_required = false;
};

constexpr std::array<StatusWord, 5> k_status_words{{
    {"succeeded", RefundStatus::successful},
    {"pending", RefundStatus::pending},
    {"requires_action", RefundStatus::pending, /*action_required=*/true},
    {"failed", RefundStatus::failed},
    {"canceled", RefundStatus::canceled},
}};

Field<RefundOutcome> refund_outcome(const RefundWords& words) {
  RefundOutcome outcome;
  if (!words.status) {
    outcome.status =
        words.event_type == "refund.failed" ? RefundStatus::failed : words.missing_status;
    return {.value = outcome, .problem = {}};
  }
  const auto* const found = std::ranges::find(k_status_words, *words.status, &StatusWord::word);
  if (found != k_status_words.end()) {
    outcome.status = found->status;
    outcome.action_required = found->action_required;
  }
  return {.value = outcome, .problem = {}};
}

std::optional<ChargeStatus> charge_status(const Json& charge, std::string_view event_type) {
  const Json* const status = member(charge, "status");
  if (event_type == "payment_flow.succeeded" || (status != nullptr && *status == "succeeded")) {
    return ChargeStatus::successful;
  }
  return status != nullptr && *status == "processing" ? std::optional{ChargeStatus::pending}
                                                      : std::nullopt;
}

// The sum of refunds is limited by what was received, not by what was asked for.
const Json* charge_amount(const Json& charge) {
  const Json* const received = member(charge, "amount_received");
  return amount_minor_of(received).value ? received : member(charge, "amount");
}

// Several methods are what the customer could have chosen from: that says nothing.
std::optional<std::string> payment_method(const Json& charge) {
  const Json* const types = member(charge, "payment_method_types");
  if (types == nullptr || !types->is_array() || types->size() != 1) {
    return std::nullopt;
  }
  return text_of(&types->front());
}

constexpr Dialect k_dialect{
    .type_key = "type",
    .refund_types = Names{k_payjp_event_types}.first(k_payjp_refund_type_count),
    .charge_types = Names{k_payjp_event_types}.subspan(k_payjp_refund_type_count),
    .charge_object = "payment_flow",
    .user_keys = {},
    .event_time_keys = k_event_time_keys,
    .resource_time_keys = k_resource_time_keys,
    .charged_at_keys = k_charged_at_keys,
    .charge_keys = k_charge_keys,
    .metadata_keys = k_metadata_keys,
    .refund_outcome = refund_outcome,
    .charge_status = charge_status,
    .charge_amount = charge_amount,
    .payment_method = payment_method,
};

}  // namespace

Decoded decode_payjp(std::string_view body, const DecodeOptions& options) {
  DecodeOptions with_currency = options;
  if (!with_currency.currency_default) {
    with_currency.currency_default = domain::Currency::parse("JPY");  // v2 knows no other
  }
  return decode_event(body, with_currency, k_dialect);
}

}  // namespace providers
