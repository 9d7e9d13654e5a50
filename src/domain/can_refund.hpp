// Whether an amount of a charge may be paid back, before anybody asks the provider: what forbids
// it, and what is only worth knowing. Pure, from what is known here; the provider has the last
// word.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/charge.hpp"

namespace domain {

enum class RefundObstacle {
  charge_not_paid,
  charge_already_refunded,
  amount_exceeds_refundable,
  below_minimum,
  currency_mismatch,
};

enum class RefundWarning {
  window_passed,
  window_near,
  old_card_payment,  // within the window, but banks decline more of them
  too_many_refunds,
  pending_refunds,
  unknown_total,
  suspected_duplicate,
  active_account_required,
};

/// The enumerator's name, and the word for it in JSON.
std::string_view to_string(RefundObstacle obstacle);
std::string_view to_string(RefundWarning warning);

/// With what fills its sentence, as far as the kind has it.
template <typename Kind>
struct Finding {
  Kind kind{};
  std::optional<Money> amount;  // left, pending, smallest
  std::optional<Time> until;    // the end of the window
  std::optional<int> count;     // days, refunds
  std::string word;             // a status, a currency, a method, a refund's id

  friend bool operator==(const Finding&, const Finding&) = default;
};

struct RefundQuestion {
  Money amount;
  Time now{};
  RefundLimits limits;
};

struct RefundAnswer {
  std::vector<Finding<RefundObstacle>> errors;
  std::vector<Finding<RefundWarning>> warnings;
  ChargeLedger ledger;

  [[nodiscard]] bool may_be_refunded() const { return errors.empty(); }
};

/// `refunds` are all refunds of the charge, in any order.
RefundAnswer can_refund(const Charge& charge, std::span<const Refund> refunds,
                        const RefundQuestion& question);

/// A window that ends within so many days is near.
inline constexpr int k_near_window_days = 7;

}  // namespace domain
