// The payment methods' names, and their rules for a refund that is tried again.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "outbox/language.hpp"

namespace outbox {

/// "card" → "Card", "internet_banking_bay" → "Internet banking (BAY)". Others as they are.
std::string payment_method_text(std::string_view payment_method, Language language);

struct RefundWindow {
  std::string_view payment_method;  // empty: unknown
  std::optional<int> days_left;     // negative: it has ended
  std::optional<int> charge_age_days;
};

/// What to bear in mind before the refund is tried again; empty: nothing. (The providers' rules:
/// the customer's account must be active, strict windows, older cards are declined more often.)
std::string retry_advice(const RefundWindow& window, Language language);

}  // namespace outbox
