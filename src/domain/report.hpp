// What the world says about a refund or a charge, and how strongly it is known.
//
// A report is the state machine's only input: webhooks, API reads, statement lines and operators
// all become reports.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "domain/money.hpp"
#include "domain/time.hpp"

namespace domain {

enum class RefundStatus { pending, successful, failed, canceled };

constexpr bool is_terminal(RefundStatus status) {
  return status != RefundStatus::pending;
}

/// How a report is known, the weakest first: its order is the evidence rank.
enum class Evidence { token_webhook, signed_webhook, api_read, statement, operator_ };

/// What a provider calls a payment's state, in our words.
enum class ChargeStatus { pending, successful, failed, reversed, expired };

std::string_view to_string(RefundStatus status);
std::string_view to_string(Evidence evidence);
std::string_view to_string(ChargeStatus status);
std::optional<RefundStatus> parse_refund_status(std::string_view text);
std::optional<Evidence> parse_evidence(std::string_view text);
std::optional<ChargeStatus> parse_charge_status(std::string_view text);

/// Which of two reports says the later truth. Compared field by field; the event id makes the order
/// total, so that the greatest of a set of reports does not depend on the order of their arrival.
struct ReportKey {
  bool terminal = false;
  Time occurred_at{};
  int status_rank = 0;
  Evidence evidence = Evidence::token_webhook;
  std::string event_id;

  friend auto operator<=>(const ReportKey&, const ReportKey&) = default;
};

/// One line of text for a key and back, for the store. `event_id` may hold any character.
std::string encode(const ReportKey& key);
std::optional<ReportKey> decode_report_key(std::string_view text);

/// A fact that not every report carries, with the key of the report that it came from.
template <typename T>
struct Kept {
  std::optional<T> value;
  ReportKey key;

  /// Takes `offered` where its report has the greater key. True when the value changed.
  bool offer(const std::optional<T>& offered, const ReportKey& offered_key) {
    if (!offered || (value && offered_key <= key)) {
      return false;
    }
    const bool changed = value != offered;
    value = offered;
    key = offered_key;
    return changed;
  }

  friend bool operator==(const Kept&, const Kept&) = default;
};

struct RefundReport {
  std::string source;
  std::string refund_id;
  bool livemode = true;

  /// nullopt: the provider used a word that we do not know (see provider_status).
  std::optional<RefundStatus> status;
  bool action_required = false;  // only with pending
  bool voided = false;           // only with successful
  std::string provider_status;   // verbatim; empty where the provider named none

  std::optional<std::string> charge_id;
  std::optional<std::string> order_id;  // as the refund itself names it
  std::optional<Money> amount;          // greater than zero
  std::optional<std::string> reason;
  std::optional<std::string> metadata_json;  // a JSON object as text
  std::optional<std::string> failure_code;
  std::optional<std::string> failure_message;
  /// Where the report says more of it than its own time.
  std::optional<Time> requested_at;

  Evidence evidence = Evidence::token_webhook;
  Time occurred_at{};
  std::string event_id;
};

struct ChargeReport {
  std::string source;
  std::string charge_id;
  bool livemode = true;

  std::optional<ChargeStatus> status;
  std::optional<std::string> order_id;
  std::optional<Money> amount;  // greater than zero
  std::optional<std::string> payment_method;
  std::optional<Time> charged_at;

  Evidence evidence = Evidence::token_webhook;
  Time occurred_at{};
  std::string event_id;
};

/// Precondition: report.status is known.
ReportKey key_of(const RefundReport& report);
ReportKey key_of(const ChargeReport& report);

/// Order of states at one and the same instant: pending, pending with action required, successful,
/// canceled, failed. Money that came back after "successful" is the later truth.
int status_rank(RefundStatus status, bool action_required);

}  // namespace domain
