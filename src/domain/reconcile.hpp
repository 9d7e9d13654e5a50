// A provider's list of refunds beside our own: what agrees, and what does not.
//
// Pure: where the provider's side comes from (its API, a statement file) and what becomes of a
// difference are not known here.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/report.hpp"

namespace domain {

/// One refund as the provider lists it.
struct ListedRefund {
  std::string refund_id;
  std::optional<RefundStatus> status;  // nullopt: a word that we do not know
  std::string provider_status;         // verbatim; empty where the provider named none
  std::optional<Money> amount;         // nullopt: the list does not say
  Time created_at{};
  std::optional<Time> changed_at;  // when it became what it is, where the list says so
  std::optional<Time> as_of;       // the list says how it stood then; nullopt: at a time unknown
};

/// The same refund as it stands here.
struct BookedRefund {
  RefundStatus status = RefundStatus::pending;
  std::optional<Money> amount;
  Time requested_at{};
  Time occurred_at{};  // since when it is in this state
};

enum class DifferenceKind {
  missing_here,   // the provider lists it, and we know nothing of it
  missing_there,  // we know it, and the provider does not list it
  amount,
  currency,
  status,
  timing,  // a state or a row that is missing there, too young to be a fault
};

std::string_view to_string(DifferenceKind kind);

struct Difference {
  DifferenceKind kind = DifferenceKind::status;
  std::string expected;  // what the provider says: "successful", "100.00 THB"; empty: nothing
  std::string found;     // what stands here
  /// The provider's word is the later truth, and nothing but its report is needed here.
  bool recoverable = false;

  friend bool operator==(const Difference&, const Difference&) = default;
};

struct Tolerance {
  Time now{};
  /// A difference that is younger is `timing`.
  std::chrono::seconds age{};
};

/// Empty: they agree, as far as the list says anything. Money is never recovered: a currency or an
/// amount that differs needs a person, and so does whatever else differs beside it.
std::vector<Difference> compare(const ListedRefund& listed,
                                const std::optional<BookedRefund>& booked,
                                const Tolerance& tolerance);

/// For a refund of ours that was requested within the list's days and is not in it.
Difference missing_there(const BookedRefund& booked, const Tolerance& tolerance);

/// Long enough for any list to be complete and for any webhook to be repeated (nine minutes), and
/// short enough that the daily run finds all of yesterday older than it.
inline constexpr std::chrono::hours k_timing_tolerance_default{6};

}  // namespace domain
