#include "domain/can_refund.hpp"

#include <algorithm>
#include <array>
#include <chrono>

namespace domain {
namespace {

using std::chrono::days;
using std::chrono::hours;

constexpr int k_old_card_days = 180;
constexpr std::chrono::seconds k_suspicious_gap{300};

bool counts(const Refund& refund) {
  return refund.status == RefundStatus::pending || refund.status == RefundStatus::successful;
}

bool is_paypay(std::string_view method) {
  return method.starts_with("paypay");
}

// PayPay's last day is a whole one in Japan.
Time window_end(Time charged_at, std::string_view method, int window_days) {
  const Time end = charged_at + days{window_days};
  if (!is_paypay(method)) {
    return end;
  }
  constexpr hours k_japan{9};
  return std::chrono::floor<days>(end + k_japan) + days{1} - k_japan;
}

class Examination {
 public:
  Examination(const Charge& charge, std::span<const Refund> refunds, const RefundQuestion& question)
      : charge_{charge},
        refunds_{refunds},
        question_{question},
        method_{charge.payment_method.value.value_or("")} {
    answer_.ledger = ledger_of(charge, refunds);
  }

  RefundAnswer run() {
    find_unpaid();
    find_wrong_amount();
    find_too_little();
    find_window();
    find_count();
    find_pending();
    find_duplicate();
    if (!charge_.amount.value) {
      warn({RefundWarning::unknown_total, {}, {}, {}, {}});
    }
    if (needs_account()) {
      warn({RefundWarning::active_account_required, {}, {}, {}, method_});
    }
    return std::move(answer_);
  }

 private:
  void refuse(Finding<RefundObstacle> finding) { answer_.errors.push_back(std::move(finding)); }
  void warn(Finding<RefundWarning> finding) { answer_.warnings.push_back(std::move(finding)); }

  void find_unpaid() {
    const auto& status = charge_.status.value;
    if (status && *status != ChargeStatus::successful) {
      refuse({RefundObstacle::charge_not_paid, {}, {}, {}, std::string{to_string(*status)}});
    }
  }

  // One sentence for one mistake: of a wrong currency nothing can be left, and of a charge that is
  // refunded in full nothing can be too much.
  void find_wrong_amount() {
    const auto& total = charge_.amount.value;
    const auto& asked = question_.amount;
    if (total && total->currency != asked.currency) {
      refuse({RefundObstacle::currency_mismatch, {}, {}, {}, std::string{total->currency.code()}});
    } else if (answer_.ledger.fully_refunded) {
      refuse({RefundObstacle::charge_already_refunded, total, {}, {}, {}});
    } else if (answer_.ledger.remaining_minor &&
               asked.amount_minor > *answer_.ledger.remaining_minor) {
      const auto left = std::max(*answer_.ledger.remaining_minor, std::int64_t{0});
      refuse({RefundObstacle::amount_exceeds_refundable, Money{left, asked.currency}, {}, {}, {}});
    }
  }

  void find_too_little() {
    const auto& asked = question_.amount;
    const auto minimum = asked.currency.refund_minimum_minor();
    if (asked.amount_minor < minimum) {
      refuse({RefundObstacle::below_minimum, Money{minimum, asked.currency}, {}, {}, {}});
    }
  }

  void find_window() {
    const auto window = refund_window_days(method_, question_.limits);
    const auto& charged_at = charge_.charged_at.value;
    if (!window || !charged_at) {
      return;
    }
    const Time end = window_end(*charged_at, method_, *window);
    if (question_.now >= end) {
      warn({RefundWarning::window_passed, {}, end, *window, method_});
    } else if (question_.now >= end - days{k_near_window_days}) {
      warn({RefundWarning::window_near, {}, end, *window, method_});
    }
    if (is_card(method_) && question_.now < end &&
        question_.now > *charged_at + days{k_old_card_days}) {
      warn({RefundWarning::old_card_payment, {}, {}, k_old_card_days, method_});
    }
  }

  void find_count() {
    const auto max = question_.limits.refunds_per_charge_max;
    const auto count = std::ranges::count_if(refunds_, counts);
    if (max && count >= *max) {
      warn({RefundWarning::too_many_refunds, {}, {}, *max, {}});
    }
  }

  void find_pending() {
    const auto is_pending = [](const Refund& refund) {
      return refund.status == RefundStatus::pending;
    };
    const auto count = std::ranges::count_if(refunds_, is_pending);
    if (count == 0) {
      return;
    }
    const auto& total = charge_.amount.value;
    const auto pending =
        total ? std::optional{Money{answer_.ledger.pending_minor, total->currency}} : std::nullopt;
    warn({RefundWarning::pending_refunds, pending, {}, static_cast<int>(count), {}});
  }

  void find_duplicate() {
    for (const Refund& refund : refunds_) {
      if (counts(refund) && refund.amount.value == question_.amount &&
          std::chrono::abs(question_.now - refund.requested_at) <= k_suspicious_gap) {
        warn({RefundWarning::suspected_duplicate, refund.amount.value, {}, {}, refund.refund_id});
        return;
      }
    }
  }

  [[nodiscard]] bool needs_account() const {
    constexpr std::array<std::string_view, 3> k_methods{"promptpay", "truemoney", "alipay"};
    return std::ranges::any_of(k_methods,
                               [this](std::string_view name) { return method_.starts_with(name); });
  }

  const Charge& charge_;
  std::span<const Refund> refunds_;
  const RefundQuestion& question_;
  std::string method_;
  RefundAnswer answer_;
};

}  // namespace

std::string_view to_string(RefundObstacle obstacle) {
  switch (obstacle) {
    case RefundObstacle::charge_not_paid:
      return "charge_not_paid";
    case RefundObstacle::charge_already_refunded:
      return "charge_already_refunded";
    case RefundObstacle::amount_exceeds_refundable:
      return "amount_exceeds_refundable";
    case RefundObstacle::below_minimum:
      return "below_minimum";
    case RefundObstacle::currency_mismatch:
      return "currency_mismatch";
  }
  __builtin_unreachable();
}

std::string_view to_string(RefundWarning warning) {
  switch (warning) {
    case RefundWarning::window_passed:
      return "window_passed";
    case RefundWarning::window_near:
      return "window_near";
    case RefundWarning::old_card_payment:
      return "old_card_payment";
    case RefundWarning::too_many_refunds:
      return "too_many_refunds";
    case RefundWarning::pending_refunds:
      return "pending_refunds";
    case RefundWarning::unknown_total:
      return "unknown_total";
    case RefundWarning::suspected_duplicate:
      return "suspected_duplicate";
    case RefundWarning::active_account_required:
      return "active_account_required";
  }
  __builtin_unreachable();
}

RefundAnswer can_refund(const Charge& charge, std::span<const Refund> refunds,
                        const RefundQuestion& question) {
  return Examination{charge, refunds, question}.run();
}

}  // namespace domain
