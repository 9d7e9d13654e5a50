#include "domain/money.hpp"

#include <algorithm>

namespace domain {
namespace {

// ISO 4217 list one (active national currencies), grouped by minor unit. Funds codes, metals and
// test codes are not money that a customer is paid back in, and are left out.
constexpr std::string_view k_exponent_0 =
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
constexpr std::string_view k_exponent_3 = "BHD IQD JOD KWD LYD OMR TND";
constexpr std::string_view k_exponent_2 =
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD "
    "CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD "
    "GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD "
    "MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP "
    "PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS "
    "TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG";

bool lists(std::string_view codes, std::string_view code) {
  for (std::size_t at = 0; at < codes.size(); at += 4) {
    if (codes.substr(at, 3) == code) {
      return true;
    }
  }
  return false;
}

std::optional<int> exponent_of(std::string_view code) {
  if (lists(k_exponent_2, code)) {
    return 2;
  }
  if (lists(k_exponent_0, code)) {
    return 0;
  }
  if (lists(k_exponent_3, code)) {
    return 3;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Currency> Currency::parse(std::string_view code) {
  std::array<char, 3> upper{};
  if (code.size() != upper.size()) {
    return std::nullopt;
  }
  std::transform(code.begin(), code.end(), upper.begin(), [](char letter) {
    return letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
  });
  const auto exponent = exponent_of({upper.data(), upper.size()});
  if (!exponent) {
    return std::nullopt;
  }
  return Currency{upper, *exponent};
}

std::int64_t Currency::refund_minimum_minor() const {
  // Omise's smallest THB refund is 20 satang; every other currency's is one minor unit.
  constexpr std::int64_t k_thb_minimum = 20;
  return code() == "THB" ? k_thb_minimum : 1;
}

std::optional<std::int64_t> checked_add(std::int64_t left, std::int64_t right) {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(left, right, &sum)) {
    return std::nullopt;
  }
  return sum;
}

std::optional<std::int64_t> checked_subtract(std::int64_t left, std::int64_t right) {
  std::int64_t difference = 0;
  if (__builtin_sub_overflow(left, right, &difference)) {
    return std::nullopt;
  }
  return difference;
}

std::string format_money(const Money& money) {
  std::string digits = std::to_string(money.amount_minor);
  const std::size_t sign = digits.front() == '-' ? 1 : 0;
  const auto exponent = static_cast<std::size_t>(money.currency.exponent());
  while (digits.size() - sign <= exponent) {
    digits.insert(sign, "0");
  }
  const std::size_t whole_end = digits.size() - exponent;
  if (exponent > 0) {
    digits.insert(whole_end, ".");
  }
  for (std::size_t at = whole_end; at > sign + 3;) {
    at -= 3;
    digits.insert(at, ",");
  }
  return digits + " " + std::string{money.currency.code()};
}

}  // namespace domain
