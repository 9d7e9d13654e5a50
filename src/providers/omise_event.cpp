#include <algorithm>
#include <array>
#include <utility>

#include "providers/decode.hpp"
#include "providers/omise.hpp"

namespace providers {

namespace {

using domain::ChargeStatus;
using domain::RefundStatus;

constexpr std::string_view k_user_keys[] = {"user_uid", "actor_uid"};
constexpr std::string_view k_time_keys[] = {"created_at", "created"};
constexpr std::string_view k_resource_time_keys[] = {"updated_at", "created_at", "created"};
constexpr std::string_view k_charged_at_keys[] = {"paid_at", "created_at", "created"};
constexpr std::string_view k_charge_keys[] = {"charge"};
constexpr std::string_view k_metadata_keys[] = {"metadata"};

// "closed" is the API's word for a refund that went through; the others are those of the product's
// source documents.
std::optional<RefundStatus> refund_status(std::string_view word) {
  static constexpr std::array<std::pair<std::string_view, RefundStatus>, 6> k_words{{
      {"pending", RefundStatus::pending},
      {"closed", RefundStatus::successful},
      {"successful", RefundStatus::successful},
      {"failed", RefundStatus::failed},
      {"canceled", RefundStatus::canceled},
      {"cancelled", RefundStatus::canceled},
  }};
  const auto* const found = std::ranges::find(k_words, word, &decltype(k_words)::value_type::first);
  return found == k_words.end() ? std::nullopt : std::optional{found->second};
}

// What the event's type or the void says, which counts for more than the status beside it.
std::optional<RefundStatus> implied_status(std::string_view event_type, bool is_voided) {
  if (event_type == "refund.fail") {
    return RefundStatus::failed;
  }
  if (event_type == "refund.success" || is_voided) {
    return RefundStatus::successful;
  }
  return std::nullopt;
}

// "closed" and "pending" are also what a status looks like that was not kept up to date.
bool contradicts(RefundStatus implied, std::string_view word, bool is_voided) {
  if (implied == RefundStatus::failed) {
    return is_voided || word == "successful";
  }
  const auto stated = refund_status(word);
  return stated == RefundStatus::failed || stated == RefundStatus::canceled;
}

Field<RefundOutcome> refund_outcome(const RefundWords& words) {
  const Json* const voided = member(words.refund, "voided");
  if (voided != nullptr && !voided->is_boolean()) {
    return {.value = {}, .problem = "voided is neither true nor false"};
  }
  const bool is_voided = voided != nullptr && voided->get<bool>();
  const auto implied = implied_status(words.event_type, is_voided);
  if (implied && contradicts(*implied, words.status.value_or(""), is_voided)) {
    return {.value = {},
            .problem = "the event says both that the refund succeeded and that it did not"};
  }
  RefundOutcome outcome;
  outcome.voided = is_voided;
  if (implied) {
    outcome.status = implied;
  } else {
    outcome.status = words.status ? refund_status(*words.status) : words.missing_status;
  }
  return {.value = outcome, .problem = {}};
}

std::optional<ChargeStatus> charge_status(const Json& charge, std::string_view /*event_type*/) {
  const Json* const status = member(charge, "status");
  if (status == nullptr || !status->is_string()) {
    return std::nullopt;
  }
  return domain::parse_charge_status(status->get_ref<const std::string&>());
}

const Json* charge_amount(const Json& charge) {
  return member(charge, "amount");
}

std::optional<std::string> payment_method(const Json& charge) {
  if (const Json* const source = member(charge, "source")) {
    if (auto type = text_of(member(*source, "type"))) {
      return type;
    }
  }
  const Json* const card = member(charge, "card");
  return card != nullptr && card->is_object() ? std::optional<std::string>{"card"} : std::nullopt;
}

constexpr Dialect k_dialect{
    .type_key = "key",
    .refund_types = Names{k_omise_event_types}.first(k_omise_refund_type_count),
    .charge_types = Names{k_omise_event_types}.subspan(k_omise_refund_type_count),
    .charge_object = "charge",
    .user_keys = k_user_keys,
    .event_time_keys = k_time_keys,
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

Decoded decode_omise(std::string_view body, const DecodeOptions& options) {
  return decode_event(body, options, k_dialect);
}

}  // namespace providers
