// From a claimed message to one that can be sent: its facts, its language, its words.
#pragma once

#include <map>
#include <string>
#include <variant>

#include "domain/charge.hpp"
#include "outbox/claim_decision.hpp"
#include "outbox/language.hpp"
#include "outbox/outgoing.hpp"
#include "outbox/template_set.hpp"
#include "store/claim_messages.hpp"

namespace outbox {

struct SourceManner {
  Language language = Language::en;  // of customers whose order names none
  domain::RefundLimits limits;
};

struct Manner {
  std::string shop_name;
  int estimated_days_min = 5;  // business days
  int estimated_days_max = 10;
  Language staff_language = Language::en;
  std::map<std::string, SourceManner> sources;
};

struct CannotCompose {
  std::string why;  // one line, for an operator
};

/// Pure. `now` is for the days that are left.
std::variant<Outgoing, CannotCompose> compose(const store::DueMessage& message,
                                              const std::string& recipient, const Manner& manner,
                                              const TemplateSet& templates, domain::Time now);

}  // namespace outbox
