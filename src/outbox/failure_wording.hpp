// What the provider's failure codes mean, in two parts.
#pragma once

#include <string_view>

#include "outbox/language.hpp"

namespace outbox {

struct FailureWording {
  Phrase happened;   // what happened
  Phrase next_step;  // what to do
  /// Whether the advice is to try the refund again: then the payment method's rules matter.
  bool is_worth_another_try = false;
  /// False: the code says nothing that we know, and the wording is the general one.
  bool is_specific = false;
};

/// By the provider's code, or by its message where it gave no code.
const FailureWording& failure_wording(std::string_view failure_code,
                                      std::string_view failure_message);

}  // namespace outbox
