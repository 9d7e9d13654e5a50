// Something to tell an audience. Made by decisions, kept in the outbox, sent later.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/anomaly.hpp"
#include "domain/money.hpp"

namespace domain {

enum class Audience { customer, support, finance };
enum class Priority { normal, high };

std::string_view to_string(Audience audience);
std::string_view to_string(Priority priority);
std::optional<Audience> parse_audience(std::string_view text);
std::optional<Priority> parse_priority(std::string_view text);

/// What the customer is told about the time a refund takes, unless configuration says otherwise.
inline constexpr std::string_view k_estimated_days = "5-10 business days";

struct Message {
  Audience audience{};
  std::string template_name;  // "refund_complete", "anomaly_over_refund", …
  Priority priority = Priority::normal;

  std::string source;
  std::string refund_id;  // empty: not about one refund
  std::string charge_id;
  std::string order_id;
  std::string event_id;
  bool livemode = true;
  /// Recorded but not to be sent: a test-mode message with nobody to send it to.
  bool suppressed = false;

  /// One message per (source, refund, audience, template, episode). A refund's episode goes up when
  /// its outcome is replaced by another one; other messages use what makes them unique.
  std::string episode;

  std::optional<Money> amount;
  std::string failure_code;
  std::string failure_message;
  std::string next_step;  // what the reader should do, English; empty: nothing
  std::string estimated_days;
  std::string expected;  // of the anomaly
  std::string found;     // of the anomaly

  /// Only worth telling when the message of this template to the same audience may have been sent.
  std::string only_after;

  friend bool operator==(const Message&, const Message&) = default;
};

/// The messages that escalate an anomaly: to support, and to finance where money is concerned.
std::vector<Message> escalate(const Anomaly& anomaly, bool livemode);

}  // namespace domain
