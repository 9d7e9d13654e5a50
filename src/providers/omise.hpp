// Omise (Opn Payments): events signed with HMAC-SHA256 over the time and the raw bytes.
//
//   Omise-Signature: hex of the HMAC; two, comma-separated, in the 24 hours of a secret's rotation
//   Omise-Signature-Timestamp: Unix seconds
//   signed bytes: that time as text + "." + the raw body
//   key: the dashboard's secret, decoded from base64
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "providers/provider.hpp"

namespace providers {

extern const Provider k_omise;
extern const Api k_omise_api;

/// What Omise-Signature holds for these bytes: 64 lower case hexadecimal digits.
std::string omise_signature(std::string_view secret, std::string_view timestamp,
                            std::string_view body);

/// Event shapes of API versions 2017-11-02 to 2019-05-29, mixed in one body too.
Decoded decode_omise(std::string_view body, const DecodeOptions& options);

/// In the shape of API version 2019-05-29, pretty-printed as Omise does.
std::string make_omise_body(const SampleEvent& sample);

/// Every event type that changes something here, those with a refund first.
inline constexpr std::string_view k_omise_event_types[] = {
    "refund.create",  "refund.success", "refund.fail",    "charge.create", "charge.complete",
    "charge.capture", "charge.update",  "charge.reverse", "charge.expire"};
inline constexpr std::size_t k_omise_refund_type_count = 3;

}  // namespace providers
