#include "outbox/money_text.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace outbox {
namespace {

struct Sign {
  std::string_view code;
  std::string_view sign;
};

constexpr std::array k_signs{
    Sign{"JPY", "¥"}, Sign{"THB", "฿"}, Sign{"USD", "$"}, Sign{"SGD", "S$"}, Sign{"EUR", "€"},
};

}  // namespace

std::string money_text(const domain::Money& money, Language /*language*/) {
  std::string text = domain::format_money(money);
  const auto* sign = std::ranges::find(k_signs, money.currency.code(), &Sign::code);
  if (sign == k_signs.end()) {
    return text;
  }
  text.resize(text.find(' '));
  return text.insert(text.starts_with('-') ? 1 : 0, sign->sign);
}

}  // namespace outbox
