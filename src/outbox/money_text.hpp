// Sums of money as a reader of a message expects them.
#pragma once

#include <string>

#include "domain/money.hpp"
#include "outbox/language.hpp"

namespace outbox {

/// "¥1,000", "฿500.00", "$12.00", "S$12.00", "€12.00"; other currencies as domain::format_money
/// ("12.000 KWD"). A negative sum begins with "-". The same in all our languages: each of them
/// writes the sign first, commas between thousands and a decimal point.
std::string money_text(const domain::Money& money, Language language);

}  // namespace outbox
