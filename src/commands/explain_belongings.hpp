// The part of a refund's story that is about its order, its charge and its customer.
#pragma once

#include <string>
#include <vector>

#include "commands/language.hpp"
#include "store/history.hpp"

namespace commands {

/// Which order and charge the refund belongs to, what the charge has left, and how the order
/// stands. Precondition: history.refund.
void tell_belongings(const store::RefundHistory& history, Language language,
                     std::vector<std::string>& sentences);

/// What the customer was told last.
void tell_customer_messages(const std::vector<store::MessageLine>& messages, Language language,
                            std::vector<std::string>& sentences);

/// Money as it is read aloud: "1,000.00 THB", "1,000円".
std::string spoken(const domain::Money& money, Language language);

}  // namespace commands
