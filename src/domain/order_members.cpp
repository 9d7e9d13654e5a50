#include "domain/order_members.hpp"

#include <algorithm>
#include <limits>

namespace domain {
namespace {

std::int64_t add_up_to_limit(std::int64_t left, std::int64_t right) {
  std::int64_t sum = 0;
  return __builtin_add_overflow(left, right, &sum) ? std::numeric_limits<std::int64_t>::max() : sum;
}

// Keys of members sort like their first part, the source, and then like their id.
std::string name_of(const std::string& source, const std::string& id) {
  return source + '\x01' + id;
}

template <typename Sum>
Sum& sum_in(std::vector<Sum>& sums, const std::optional<Money>& amount, std::string name) {
  const auto currency = amount ? std::optional{amount->currency} : std::nullopt;
  const auto found = std::find_if(sums.begin(), sums.end(),
                                  [&](const Sum& sum) { return sum.currency == currency; });
  if (found != sums.end()) {
    found->first = std::min(found->first, name);
    return *found;
  }
  Sum sum;
  sum.currency = currency;
  sum.first = std::move(name);
  return sums.emplace_back(std::move(sum));
}

bool is_paid(const Charge& charge) {
  const auto status = charge.status.value.value_or(ChargeStatus::successful);
  return status == ChargeStatus::successful || status == ChargeStatus::reversed;
}

void add(OrderParts& parts, const Charge& charge) {
  if (!is_paid(charge)) {
    return;
  }
  const auto& amount = charge.amount.value;
  ChargeSum& sum = sum_in(parts.charges, amount, name_of(charge.source, charge.charge_id));
  ++sum.charge_count;
  sum.paid_minor = add_up_to_limit(sum.paid_minor, amount ? amount->amount_minor : 0);
}

void add(OrderParts& parts, const Refund& refund) {
  const auto& amount = refund.amount.value;
  const std::int64_t amount_minor = amount ? amount->amount_minor : 0;
  RefundSum& sum = sum_in(parts.refunds, amount, name_of(refund.source, refund.refund_id));
  sum.unknown_count += refund.charge_id.value ? 0 : 1;
  switch (refund.status) {
    case RefundStatus::pending:
      ++sum.pending_count;
      sum.pending_minor = add_up_to_limit(sum.pending_minor, amount_minor);
      break;
    case RefundStatus::successful:
      ++sum.successful_count;
      sum.refunded_minor = add_up_to_limit(sum.refunded_minor, amount_minor);
      break;
    case RefundStatus::failed:
      ++sum.failed_count;
      break;
    case RefundStatus::canceled:
      break;
  }
}

}  // namespace

std::map<OrderKey, OrderMembers> members_of(const Books& books, const std::set<OrderKey>& orders) {
  std::map<OrderKey, OrderMembers> all;
  for (const OrderKey& order : orders) {
    all[order] = {};
  }
  for (const auto& [key, charge] : books.charges()) {
    if (!charge.order_id.value) {
      continue;
    }
    if (const auto found = all.find({*charge.order_id.value, charge.livemode});
        found != all.end()) {
      ++found->second.charge_count;
      add(found->second.parts, charge);
    }
  }
  std::set<std::pair<OrderKey, Key>> counted;  // charges that only refunds lead to
  for (const auto& [key, refund] : books.refunds()) {
    if (!refund.order_id) {
      continue;
    }
    const auto found = all.find({*refund.order_id, refund.livemode});
    if (found == all.end()) {
      continue;
    }
    ++found->second.refund_count;
    add(found->second.parts, refund);
    if (!refund.charge_id.value) {
      continue;
    }
    const Key charge_key{refund.source, *refund.charge_id.value};
    const auto charge = books.charges().find(charge_key);
    if (charge != books.charges().end() && !charge->second.order_id.value &&
        counted.insert({found->first, charge_key}).second) {
      add(found->second.parts, charge->second);
    }
  }
  return all;
}

}  // namespace domain
