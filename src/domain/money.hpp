// Money: a whole number of minor units in an ISO 4217 currency. Never floating point.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace domain {

/// An ISO 4217 currency in use. Exists only for a code that the standard lists.
class Currency {
 public:
  /// `code`: three letters in any case ("thb"). nullopt where ISO 4217 lists no such currency.
  static std::optional<Currency> parse(std::string_view code);

  /// Upper case, three letters.
  [[nodiscard]] std::string_view code() const { return {code_.data(), code_.size()}; }

  /// Decimal places of the minor unit: THB 2, JPY 0, KWD 3.
  [[nodiscard]] int exponent() const { return exponent_; }

  /// The smallest refund that the providers accept, in minor units. We only warn below it.
  [[nodiscard]] std::int64_t refund_minimum_minor() const;

  // By the code alone; the exponent follows from it.
  friend std::strong_ordering operator<=>(const Currency& left, const Currency& right) {
    return left.code() <=> right.code();
  }
  friend bool operator==(const Currency& left, const Currency& right) {
    return left.code() == right.code();
  }

 private:
  Currency(std::array<char, 3> code, int exponent) : code_{code}, exponent_{exponent} {}

  std::array<char, 3> code_;
  int exponent_;
};

struct Money {
  std::int64_t amount_minor;
  Currency currency;

  friend auto operator<=>(const Money&, const Money&) = default;
};

/// left + right, nullopt where int64 does not hold the sum.
std::optional<std::int64_t> checked_add(std::int64_t left, std::int64_t right);

/// left - right, nullopt where int64 does not hold the difference.
std::optional<std::int64_t> checked_subtract(std::int64_t left, std::int64_t right);

/// The number with the currency's decimal places and its code: "1,000.50 THB", "1,000 JPY".
std::string format_money(const Money& money);

}  // namespace domain
