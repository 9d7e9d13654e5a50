#include "domain/order_members.hpp"
#include "store/save.hpp"
#include "store/sum_orders.hpp"

namespace store {
namespace {

constexpr Field k_order_fields[] = {
    {"order_id", Type::text, Role::key},
    {"livemode", Type::boolean, Role::key},
    {"status", Type::text},
    {"total_known", Type::boolean},
    {"currency", Type::text},
    {"total_minor", Type::bigint},
    {"refunded_minor", Type::bigint},
    {"pending_minor", Type::bigint},
    {"customer_email", Type::text},
    {"customer_locale", Type::text},
    {"imported_total_minor", Type::bigint},
    {"imported_currency", Type::text},
    {"refund_count", Type::integer},
    {"charge_count", Type::integer},
    {"revision", Type::bigint},
    {"updated_at", Type::timestamptz, Role::now},
};

constexpr Table k_orders{"orders", "or", k_order_fields, "t.revision = n.revision - 1"};

std::optional<std::string_view> code_of(const std::optional<domain::Currency>& currency) {
  return currency ? std::optional{currency->code()} : std::nullopt;
}

// An import says the newest truth about the order; an empty field of it says nothing.
void take_import(OrderRow& row, const OrderImport& import) {
  row.imported_total = import.total;
  if (!import.customer_email.empty()) {
    row.customer_email = import.customer_email;
  }
  if (!import.customer_locale.empty()) {
    row.customer_locale = import.customer_locale;
  }
}

// As it is to be written, with the revision that was read.
OrderRow next_row(const domain::OrderKey& key, const Loaded& loaded, const OrderImports& imports) {
  OrderRow row;
  if (const auto known = loaded.orders.find(key); known != loaded.orders.end()) {
    row = known->second;
  }
  if (const auto import = imports.find(key); import != imports.end()) {
    take_import(row, import->second);
  }
  return row;
}

int count_of(const std::map<domain::OrderKey, int>& counts, const domain::OrderKey& key) {
  const auto found = counts.find(key);
  return found == counts.end() ? 0 : found->second;
}

// Whether all refunds and charges of the order are in the books. Whoever adds one to an order
// writes the order too, and this transaction has locked it, so that the row's counts are true; an
// order without a row has none.
bool holds_all(const domain::OrderKey& key, const Loaded& loaded) {
  const auto row = loaded.orders.find(key);
  return row == loaded.orders.end() ||
         (row->second.refund_count == count_of(loaded.refund_counts, key) &&
          row->second.charge_count == count_of(loaded.charge_counts, key));
}

void add_order(Rows& rows, const domain::OrderKey& key, const OrderRow& row,
               const domain::OrderMembers& members) {
  const auto& total = row.imported_total;
  const domain::OrderFacts facts = add_up(members.parts, total);
  const domain::OrderState state = order_state(facts);
  rows.add_row(key.first, key.second, to_string(state.status), state.total_known,
               code_of(facts.currency), facts.total_minor, facts.refunded_minor,
               facts.pending_minor, row.customer_email, row.customer_locale,
               total ? std::optional{total->amount_minor} : std::nullopt,
               total ? std::optional{total->currency.code()} : std::nullopt, members.refund_count,
               members.charge_count, row.revision + 1);
}

std::set<domain::OrderKey> orders_to_save(const domain::Books& books, const OrderImports& imports) {
  auto keys = books.touched_orders();
  for (const auto& [key, import] : imports) {
    keys.insert(key);
  }
  return keys;
}

}  // namespace

std::set<domain::OrderKey> save_orders(Writes& writes, const Loaded& loaded,
                                       const OrderImports& imports) {
  Rows added{k_orders};
  Rows changed{k_orders};
  std::set<domain::OrderKey> others;
  const auto all = members_of(loaded.books, orders_to_save(loaded.books, imports));
  for (const auto& [key, members] : all) {
    if (!holds_all(key, loaded)) {
      others.insert(key);
      continue;
    }
    const OrderRow row = next_row(key, loaded, imports);
    add_order(row.revision == 0 ? added : changed, key, row, members);
  }
  writes.insert(std::move(added));
  writes.update(std::move(changed));
  return others;
}

void save_larger_orders(Transaction& transaction, const std::set<domain::OrderKey>& keys,
                        const Loaded& loaded, const OrderImports& imports, domain::Time now) {
  if (keys.empty()) {
    return;
  }
  Rows changed{k_orders};
  for (const auto& [key, members] : sum_orders(transaction, keys)) {
    add_order(changed, key, next_row(key, loaded, imports), members);
  }
  Writes writes;
  writes.update(std::move(changed));
  writes.run(transaction, now);
}

}  // namespace store
