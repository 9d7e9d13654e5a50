#include "commands/order_agreement.hpp"

namespace commands {

template <typename Key, typename T>
void OrderAgreement::compare(std::map<Key, Said<T>>& known, const Key& key, const T& value,
                             const OrderFileLine& line, const char* column,
                             std::vector<OrderFileError>& errors) {
  const auto& first = known.try_emplace(key, Said<T>{value, line.line}).first->second;
  if (first.value == value) {
    return;
  }
  const std::string subject = std::string{column} == "order_id"
                                  ? "charge " + line.charge_id + " has another order"
                                  : "order " + line.order_id + " has another " + column;
  errors.push_back({line.line, column, subject + " in line " + std::to_string(first.line)});
}

void OrderAgreement::check(const OrderFileLine& line, std::vector<OrderFileError>& errors) {
  // A test never touches a live order: the two may have the same id.
  const OrderKey order{line.order_id, line.source->livemode};
  compare(currencies_, order, std::string{line.total.currency.code()}, line, "currency", errors);
  compare(totals_, order, line.total.amount_minor, line, "total_minor", errors);
  if (!line.customer_email.empty()) {
    compare(emails_, order, line.customer_email, line, "customer_email", errors);
  }
  if (!line.customer_locale.empty()) {
    compare(locales_, order, line.customer_locale, line, "customer_locale", errors);
  }
  if (!line.charge_id.empty()) {
    const ChargeKey charge{line.source->name, line.charge_id};
    compare(orders_, charge, line.order_id, line, "order_id", errors);
  }
}

}  // namespace commands
