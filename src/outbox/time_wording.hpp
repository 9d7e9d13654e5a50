// Spans of time in words.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "outbox/language.hpp"

namespace outbox {

/// "3 days" from two days on, else "5 h", else "20 min", rounded down. Empty for nothing.
std::string duration_text(std::chrono::seconds duration, Language language);

/// What is left of the payment method's refund window; negative: it has ended. Empty: unknown.
std::string days_left_text(std::optional<int> days_left, Language language);

/// "5-10 business days"; empty where `days_max` is not greater than zero.
std::string estimated_days_text(int days_min, int days_max, Language language);

}  // namespace outbox
