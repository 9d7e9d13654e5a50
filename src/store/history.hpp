// The whole story of a refund, for a person: everything that is known of it, in the order it
// happened.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/refund.hpp"
#include "store/connection.hpp"

namespace store {

struct EventLine {
  domain::Time received_at{};
  domain::Time occurred_at{};
  std::string event_id;
  std::string event_type;
  std::string verdict;
  std::string reason;
  std::string evidence;
  std::string remote_address;
};

struct AuditLine {
  domain::Time recorded_at{};
  std::int64_t chain_index = 0;
  std::string event_id;
  std::string verdict;
  std::string status_before;
  std::string status_after;
  std::optional<domain::Money> amount;
  std::string reason;
  std::string user_id;
  std::string notes;
};

struct MessageLine {
  domain::Time created_at{};
  std::string message_id;
  std::string audience;
  std::string template_name;
  std::string priority;
  std::string state;
  std::string payload_json;
  std::optional<domain::Time> sent_at;
  std::string sink;  // empty: not routed yet
  int attempts = 0;
  domain::Time next_attempt_at{};  // means something while the message is pending
  std::optional<domain::Time> leased_until;
  std::string last_error;
  std::string external_reference;  // the receiver's id of its ticket
};

struct AnomalyLine {
  domain::Time detected_at{};
  std::string kind;
  std::string details_json;
  std::optional<domain::Time> resolved_at;
  std::string resolved_by;
};

struct OrderLine {
  std::string order_id;
  std::string status;
  bool total_known = false;
  std::string currency;
  std::optional<std::int64_t> total_minor;
  std::int64_t refunded_minor = 0;
  std::int64_t pending_minor = 0;
};

/// A row of charge_summary and how it was paid; amounts in minor units.
struct ChargeLine {
  std::string charge_id;
  std::string currency;
  std::optional<std::int64_t> original_minor;
  std::int64_t refunded_minor = 0;
  std::int64_t pending_minor = 0;
  std::optional<std::int64_t> remaining_minor;
  std::int64_t refund_count = 0;
  bool fully_refunded = false;
  std::string payment_method;  // the provider's word; empty: unknown
  std::optional<domain::Time> charged_at;
};

struct RefundHistory {
  std::string source;
  std::string refund_id;
  /// nullopt: events name it, but none could be applied.
  std::optional<domain::Refund> refund;
  std::optional<ChargeLine> charge;
  std::optional<OrderLine> order;
  std::vector<EventLine> events;
  std::vector<AuditLine> audit;
  std::vector<MessageLine> messages;
  std::vector<AnomalyLine> anomalies;
};

/// One for each source that knows a refund of this id (nearly always one; none: never heard of).
/// One snapshot. Throws Failure.
std::vector<RefundHistory> load_history(Connection& connection, const std::string& refund_id);

}  // namespace store
