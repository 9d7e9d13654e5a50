// What `Rebuild` compares: the columns that are a function of the evidence. Not among them: when
// something was written and how often (first_seen_at, updated_at, revision), the audit chain, which
// has a check of its own, and what the merchant says about orders without any event.
#pragma once

#include <span>
#include <string>

namespace store {

struct RebuiltTable {
  const char* name;
  std::span<const char* const> key;
  std::span<const char* const> columns;
  /// SQL for the source and the key that are printed, of a row that is called `k`.
  const char* printed_source;
  const char* printed_key;
};

inline constexpr const char* k_rebuilt_refund_key[] = {"source", "refund_id"};
inline constexpr const char* k_rebuilt_refund_columns[] = {
    "charge_id",   "order_id",        "reported_order_id", "livemode",     "status",
    "voided",      "action_required", "provider_status",   "amount_minor", "currency",
    "reason",      "failure_code",    "failure_message",   "metadata",     "evidence",
    "occurred_at", "requested_at",    "last_event_id",     "episode",      "report_keys"};
inline constexpr const char* k_rebuilt_charge_key[] = {"source", "charge_id"};
inline constexpr const char* k_rebuilt_charge_columns[] = {
    "livemode", "order_id",       "status",     "amount_minor",
    "currency", "payment_method", "charged_at", "report_keys"};
inline constexpr const char* k_rebuilt_order_key[] = {"order_id", "livemode"};
inline constexpr const char* k_rebuilt_order_columns[] = {
    "status", "total_known", "currency", "total_minor", "refunded_minor", "pending_minor"};

inline constexpr RebuiltTable k_rebuilt_refunds{
    "refunds", k_rebuilt_refund_key, k_rebuilt_refund_columns, "k.source", "k.refund_id"};
inline constexpr RebuiltTable k_rebuilt_charges{
    "charges", k_rebuilt_charge_key, k_rebuilt_charge_columns, "k.source", "k.charge_id"};
inline constexpr RebuiltTable k_rebuilt_orders{
    "orders", k_rebuilt_order_key, k_rebuilt_order_columns, "''",
    "k.order_id || CASE WHEN k.livemode THEN '' ELSE ' (test)' END"};

/// "prefix.a, prefix.b"; without a prefix "a, b".
inline std::string list_of(std::span<const char* const> columns, const std::string& prefix = "") {
  std::string list;
  for (const char* column : columns) {
    list += (list.empty() ? "" : ", ") + (prefix.empty() ? "" : prefix + ".") + column;
  }
  return list;
}

/// The session plans every statement as a look-up by key, which is right for folding only.
inline constexpr const char* k_plan_whole_tables = R"(
SET LOCAL enable_seqscan = on; SET LOCAL enable_hashjoin = on; SET LOCAL enable_mergejoin = on;
SET LOCAL enable_bitmapscan = on; SET LOCAL enable_material = on)";

}  // namespace store
