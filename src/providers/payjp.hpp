// PAY.JP v2: events that prove their sender with a fixed token in X-Payjp-Webhook-Token.
//
// No signature, no time, no protection against replay: hence the weakest evidence of all.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "providers/provider.hpp"

namespace providers {

extern const Provider k_payjp;
extern const Api k_payjp_api;

/// Bodies of API v2, with the field names in use until 2026-09-30 too.
Decoded decode_payjp(std::string_view body, const DecodeOptions& options);

/// In the current shape, compact.
std::string make_payjp_body(const SampleEvent& sample);

/// Every event type that changes something here, those with a refund first.
inline constexpr std::string_view k_payjp_event_types[] = {
    "refund.created", "refund.updated", "refund.failed", "payment_flow.succeeded"};
inline constexpr std::size_t k_payjp_refund_type_count = 3;

}  // namespace providers
