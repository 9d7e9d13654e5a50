#include "domain/reconcile.hpp"

#include <algorithm>

namespace domain {
namespace {

std::string text_of(RefundStatus status) {
  return std::string{to_string(status)};
}

std::string text_of(const Money& money) {
  return format_money(money);
}

/// What the list says of a refund as a whole.
std::string text_of(const ListedRefund& listed) {
  const std::string status = listed.status ? text_of(*listed.status) : listed.provider_status;
  return listed.amount ? status + " " + text_of(*listed.amount) : status;
}

std::string text_of(const BookedRefund& booked) {
  const std::string status = text_of(booked.status);
  return booked.amount ? status + " " + text_of(*booked.amount) : status;
}

/// Where one side does not know the amount there is nothing to compare; ours is filled in with the
/// next report that carries one.
std::optional<Difference> compare_money(const ListedRefund& listed, const BookedRefund& booked) {
  if (!listed.amount || listed.amount == booked.amount) {
    return std::nullopt;
  }
  if (!booked.amount) {
    return Difference{DifferenceKind::amount, text_of(*listed.amount), "", /*recoverable=*/true};
  }
  const bool same_currency = listed.amount->currency == booked.amount->currency;
  return Difference{same_currency ? DifferenceKind::amount : DifferenceKind::currency,
                    text_of(*listed.amount), text_of(*booked.amount), /*recoverable=*/false};
}

/// As decide would see it. Of two outcomes the later one counts, and only a list that says when it
/// was so can prove that its own is that.
bool is_later_there(const ListedRefund& listed, const BookedRefund& booked) {
  if (!is_terminal(*listed.status)) {
    return false;
  }
  const auto known_at = std::max(listed.changed_at, listed.as_of);
  return !is_terminal(booked.status) || (known_at && *known_at > booked.occurred_at);
}

/// The younger of the two states is the one that the other side does not have yet.
Time age_begins(const ListedRefund& listed, const BookedRefund& booked) {
  const Time there = listed.changed_at.value_or(listed.created_at);
  return is_terminal(booked.status) && !is_terminal(*listed.status) ? booked.occurred_at : there;
}

std::optional<Difference> compare_status(const ListedRefund& listed, const BookedRefund& booked,
                                         const Tolerance& tolerance) {
  if (!listed.status) {
    return Difference{DifferenceKind::status, listed.provider_status, text_of(booked.status),
                      /*recoverable=*/false};
  }
  if (*listed.status == booked.status) {
    return std::nullopt;
  }
  const bool one_is_pending = !is_terminal(*listed.status) || !is_terminal(booked.status);
  const bool is_young = tolerance.now - age_begins(listed, booked) < tolerance.age;
  return Difference{one_is_pending && is_young ? DifferenceKind::timing : DifferenceKind::status,
                    text_of(*listed.status), text_of(booked.status),
                    is_later_there(listed, booked)};
}

}  // namespace

std::string_view to_string(DifferenceKind kind) {
  switch (kind) {
    case DifferenceKind::missing_here:
      return "missing_here";
    case DifferenceKind::missing_there:
      return "missing_there";
    case DifferenceKind::amount:
      return "amount";
    case DifferenceKind::currency:
      return "currency";
    case DifferenceKind::status:
      return "status";
    case DifferenceKind::timing:
      return "timing";
  }
  __builtin_unreachable();
}

std::vector<Difference> compare(const ListedRefund& listed,
                                const std::optional<BookedRefund>& booked,
                                const Tolerance& tolerance) {
  if (!booked) {
    return {{DifferenceKind::missing_here, text_of(listed), "", listed.status.has_value()}};
  }
  std::vector<Difference> differences;
  if (auto money = compare_money(listed, *booked)) {
    differences.push_back(*std::move(money));
  }
  if (auto status = compare_status(listed, *booked, tolerance)) {
    differences.push_back(*std::move(status));
  }
  // The report that would recover one brings the other side's word on all of them.
  const bool all = std::ranges::all_of(differences, &Difference::recoverable);
  for (Difference& difference : differences) {
    difference.recoverable = all;
  }
  return differences;
}

Difference missing_there(const BookedRefund& booked, const Tolerance& tolerance) {
  const bool is_young = tolerance.now - booked.requested_at < tolerance.age;
  return {is_young ? DifferenceKind::timing : DifferenceKind::missing_there, "", text_of(booked),
          /*recoverable=*/false};
}

}  // namespace domain
