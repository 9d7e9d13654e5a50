// Whether the lines of an order file agree with each other.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "commands/order_lines.hpp"

namespace commands {

class OrderAgreement {
 public:
  /// Compares the line with those before it: an order has one total, one currency and one customer,
  /// a charge belongs to one order.
  void check(const OrderFileLine& line, std::vector<OrderFileError>& errors);

 private:
  template <typename T>
  struct Said {
    T value;
    std::size_t line = 0;
  };

  /// What was said first about an order or a charge.
  template <typename Key, typename T>
  static void compare(std::map<Key, Said<T>>& known, const Key& key, const T& value,
                      const OrderFileLine& line, const char* column,
                      std::vector<OrderFileError>& errors);

  using OrderKey = std::pair<std::string, bool>;
  using ChargeKey = std::pair<std::string, std::string>;

  std::map<OrderKey, Said<std::string>> currencies_;
  std::map<OrderKey, Said<std::int64_t>> totals_;
  std::map<OrderKey, Said<std::string>> emails_;
  std::map<OrderKey, Said<std::string>> locales_;
  std::map<ChargeKey, Said<std::string>> orders_;
};

}  // namespace commands
