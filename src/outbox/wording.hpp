// From the facts of a message to the values that its template shows, in one language.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "domain/message.hpp"
#include "domain/money.hpp"
#include "outbox/language.hpp"
#include "outbox/template_text.hpp"

namespace outbox {

/// What a message is about, as the database and the configuration have it. Text that is empty is
/// not known.
struct MessageFacts {
  std::string template_name;  // the message's: "refund_failed", "anomaly_over_refund"
  domain::Audience audience{};
  std::string source;
  std::string refund_id;
  std::string order_id;
  std::string charge_id;
  std::optional<domain::Money> amount;
  std::string failure_code;
  std::string failure_message;
  std::string anomaly_kind;  // "over_refund"
  std::string expected;      // of the anomaly
  std::string found;         // of the anomaly

  std::string payment_method;          // the provider's word: "card", "internet_banking_bay"
  std::optional<int> days_left;        // of the method's refund window; negative: it has ended
  std::optional<int> charge_age_days;  // how long ago the customer paid
  std::chrono::seconds pending_for{};  // zero: not told
  std::string untold_template;         // what the customer could not be told: "refund_complete"

  std::string shop_name;
  int estimated_days_min = 0;  // business days; both zero: not told
  int estimated_days_max = 0;
};

/// Every name that template_contract.hpp knows, empty where there is nothing to say. Pure. Values
/// are neither escaped nor cleaned: TemplateSet::render does that.
Values wording_of(const MessageFacts& facts, Language language);

/// "refund_complete" → "that the refund is complete"; other names as they are.
std::string untold_text(std::string_view template_name, Language language);

}  // namespace outbox
