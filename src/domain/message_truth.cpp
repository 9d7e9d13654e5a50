#include "domain/message_truth.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace domain {
namespace {

constexpr std::string_view k_anomaly_prefix = "anomaly_";
constexpr std::string_view k_recovered = "refund_recovered";

// What a template claims about its refund.
struct Claim {
  std::string_view template_name;
  bool (*holds)(const TruthNow::Refund& refund);
  /// Of this outcome and no later one.
  bool of_episode;
};

bool is_pending(const TruthNow::Refund& refund) {
  return refund.status == RefundStatus::pending;
}

bool waits_for_action(const TruthNow::Refund& refund) {
  return is_pending(refund) && refund.action_required;
}

bool is_successful(const TruthNow::Refund& refund) {
  return refund.status == RefundStatus::successful;
}

bool is_failed(const TruthNow::Refund& refund) {
  return refund.status == RefundStatus::failed;
}

bool is_canceled(const TruthNow::Refund& refund) {
  return refund.status == RefundStatus::canceled;
}

bool came_to_nothing(const TruthNow::Refund& refund) {
  return is_failed(refund) || is_canceled(refund);
}

constexpr std::array k_claims{
    Claim{"refund_initiated", is_pending, /*of_episode=*/false},
    Claim{"refund_complete", is_successful, /*of_episode=*/true},
    Claim{"refund_correction", came_to_nothing, /*of_episode=*/false},
    Claim{"refund_failed", is_failed, /*of_episode=*/true},
    Claim{"insufficient_balance", is_failed, /*of_episode=*/true},
    Claim{"refund_requires_action", waits_for_action, /*of_episode=*/false},
    Claim{"refund_canceled", is_canceled, /*of_episode=*/true},
    Claim{"refund_reversed", came_to_nothing, /*of_episode=*/false},
    Claim{k_recovered, is_successful, /*of_episode=*/false},
    Claim{"stuck_pending", is_pending, /*of_episode=*/false},
    Claim{"action_required_too_long", waits_for_action, /*of_episode=*/false},
};

}  // namespace

bool still_holds(std::string_view template_name, std::string_view episode, const TruthNow& now) {
  if (template_name.starts_with(k_anomaly_prefix)) {
    return !now.anomaly_resolved;
  }
  const auto* claim = std::ranges::find(k_claims, template_name, &Claim::template_name);
  if (claim == k_claims.end() || !now.refund) {
    return claim == k_claims.end();
  }
  if (ends_ticket(template_name) && !now.opener_told) {
    return false;
  }
  return claim->holds(*now.refund) &&
         (!claim->of_episode || std::to_string(now.refund->episode) == episode);
}

std::span<const std::string_view> openers_of(std::string_view template_name) {
  struct Ticket {
    std::string_view template_name;
    std::span<const std::string_view> openers;
  };
  static constexpr std::array<std::string_view, 2> k_failures{"refund_failed", "refund_reversed"};
  static constexpr std::array<std::string_view, 1> k_stuck{"stuck_pending"};
  static constexpr std::array<std::string_view, 1> k_action{"action_required_too_long"};
  static constexpr std::array k_tickets{Ticket{k_recovered, k_failures},
                                        Ticket{k_stuck.front(), k_stuck},
                                        Ticket{k_action.front(), k_action}};
  const auto* found = std::ranges::find(k_tickets, template_name, &Ticket::template_name);
  return found == k_tickets.end() ? std::span<const std::string_view>{} : found->openers;
}

bool ends_ticket(std::string_view template_name) {
  return template_name == k_recovered;
}

}  // namespace domain
