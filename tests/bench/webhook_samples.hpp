// What the micro benchmarks measure with: the load generator's own requests, as the daemon sees
// them at each step.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bench/refund_events.hpp"
#include "http/webhook.hpp"
#include "providers/source.hpp"
#include "store/delivery.hpp"

namespace bench {

/// An Omise account of the name "bench".
providers::Source omise_source();
providers::Source payjp_source();

/// Everything in it is fixed, the time of its receipt too.
std::string omise_request(const RefundEvent& event);

/// The head through its empty line.
std::string_view head_of(std::string_view request);
std::string_view body_of(std::string_view request);

http::Receipt omise_receipt(const RefundEvent& event);
std::string payjp_body();

/// As many refunds as half of `count`, each created and then succeeded, one event after the other.
std::vector<store::Delivery> omise_deliveries(std::size_t count);

/// What Source says, and of the time of the samples.
providers::DecodeOptions decode_options(const providers::Source& source);
providers::AuthenticateOptions authenticate_options(const providers::Source& source);

}  // namespace bench
