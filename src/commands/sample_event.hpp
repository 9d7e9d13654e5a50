// The test event that `refundctl send` sends: what the operator says, and the rest made up.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "providers/source.hpp"

namespace commands {

/// Absent: made up (ids, time), the source's (currency) or left out of the event (the rest).
struct SampleOptions {
  std::string event_type;
  std::optional<std::string> event_id;
  std::optional<std::string> refund_id;
  std::optional<std::string> charge_id;
  std::optional<std::string> order_id;
  std::int64_t amount_minor = 1000;
  std::optional<std::string> currency;
  std::optional<std::string> status;
  std::optional<std::string> reason;
  std::optional<std::string> failure_code;
  std::optional<std::string> failure_message;
  std::optional<std::string> payment_method;
  bool voided = false;
  std::optional<domain::Time> occurred_at;
};

/// Letters and digits that nobody has seen before.
using UniqueText = std::function<std::string()>;

/// 20 lower-case letters and digits of the operating system's randomness: a UniqueText.
std::string random_text();

/// A made-up charge belongs to the refund: another event about the same refund names the same one.
providers::SampleEvent make_sample(const SampleOptions& options, const providers::Source& source,
                                   domain::Time now, const UniqueText& unique_text);

}  // namespace commands
