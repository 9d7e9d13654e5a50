#include <map>

#include "store/audit_chain.hpp"
#include "store/report_keys.hpp"
#include "store/save.hpp"

namespace store {
namespace {

constexpr const char* k_one_revision_later = "t.revision = n.revision - 1";

constexpr Field k_charge_fields[] = {
    {"source", Type::text, Role::key},
    {"charge_id", Type::text, Role::key},
    {"livemode", Type::boolean, Role::initial},
    {"order_id", Type::text},
    {"status", Type::text},
    {"amount_minor", Type::bigint},
    {"currency", Type::text},
    {"payment_method", Type::text},
    {"charged_at", Type::timestamptz},
    {"report_keys", Type::text},
    {"revision", Type::bigint},
    {"updated_at", Type::timestamptz, Role::now},
};

constexpr Table k_charges{"charges", "ch", k_charge_fields, k_one_revision_later};

constexpr Field k_refund_fields[] = {
    {"source", Type::text, Role::key},
    {"refund_id", Type::text, Role::key},
    {"charge_id", Type::text},
    {"order_id", Type::text},
    {"livemode", Type::boolean, Role::initial},
    {"status", Type::text},
    {"action_required", Type::boolean},
    {"voided", Type::boolean},
    {"provider_status", Type::text},
    {"amount_minor", Type::bigint},
    {"currency", Type::text},
    {"reason", Type::text},
    {"failure_code", Type::text},
    {"failure_message", Type::text},
    {"metadata", Type::jsonb},
    {"evidence", Type::text},
    {"occurred_at", Type::timestamptz},
    {"requested_at", Type::timestamptz},
    {"last_event_id", Type::text},
    {"reported_order_id", Type::text},
    {"episode", Type::integer},
    {"report_keys", Type::text},
    {"audit_hash", Type::bytea},
    {"audit_length", Type::bigint},
    {"revision", Type::bigint},
    {"first_seen_at", Type::timestamptz, Role::began},
    {"updated_at", Type::timestamptz, Role::now},
};

constexpr Table k_refunds{"refunds", "rf", k_refund_fields, k_one_revision_later};

constexpr Field k_audit_fields[] = {
    {"occurred_at", Type::timestamptz},
    {"source", Type::text},
    {"refund_id", Type::text},
    {"charge_id", Type::text},
    {"order_id", Type::text},
    {"event_id", Type::text},
    {"evidence", Type::text},
    {"verdict", Type::text},
    {"status_before", Type::text},
    {"status_after", Type::text},
    {"amount_minor", Type::bigint},
    {"currency", Type::text},
    {"reason", Type::text},
    {"user_id", Type::text},
    {"ip_address", Type::text, Role::value, "::inet"},
    {"user_agent", Type::text},
    {"notes", Type::text},
    {"request_id", Type::text},
    {"chain_index", Type::bigint},
    {"previous_hash", Type::bytea},
    {"entry_hash", Type::bytea},
    {"recorded_at", Type::timestamptz, Role::now},
};

constexpr Table k_audit{"refund_audit", "au", k_audit_fields};

std::optional<std::int64_t> minor_of(const std::optional<domain::Money>& money) {
  return money ? std::optional{money->amount_minor} : std::nullopt;
}

std::optional<std::string_view> currency_of(const std::optional<domain::Money>& money) {
  return money ? std::optional{money->currency.code()} : std::nullopt;
}

std::string pack_keys_of(const domain::Charge& charge) {
  const std::vector keys{charge.key,        charge.status.key,         charge.order_id.key,
                         charge.amount.key, charge.payment_method.key, charge.charged_at.key};
  return pack_keys({}, keys);
}

std::string pack_keys_of(const domain::Refund& refund) {
  // A fact that is not there has no key of its own either.
  const auto key = [&refund](const auto& kept) { return kept.value ? kept.key : refund.key; };
  const std::vector keys{key(refund.charge_id), key(refund.reported_order_id), key(refund.amount),
                         key(refund.reason), key(refund.metadata_json)};
  return pack_keys(refund.key, keys);
}

std::optional<std::string> text_of(const std::optional<domain::ChargeStatus>& status) {
  return status ? std::optional<std::string>{to_string(*status)} : std::nullopt;
}

AuditEntry entry_of(const domain::AuditDraft& draft, const Delivery& delivery, domain::Time now) {
  AuditEntry entry;
  entry.recorded_at = now;
  entry.occurred_at = draft.occurred_at;
  entry.source = draft.refund.first;
  entry.refund_id = draft.refund.second;
  entry.charge_id = draft.charge_id;
  entry.order_id = draft.order_id;
  entry.event_id = draft.event_id;
  entry.evidence = to_string(draft.evidence);
  entry.verdict = to_string(draft.verdict);
  entry.status_before = draft.status_before ? to_string(*draft.status_before) : "";
  entry.status_after = to_string(draft.status_after);
  entry.amount_minor = minor_of(draft.amount);
  entry.currency = currency_of(draft.amount).value_or("");
  entry.reason = draft.reason;
  entry.user_id = draft.user_id;
  entry.ip_address = delivery.remote_address;
  entry.user_agent = delivery.user_agent;
  entry.notes = draft.notes;
  entry.request_id = delivery.request_id;
  return entry;
}

void add_entry(Rows& rows, const AuditEntry& entry, const domain::Sha256& previous,
               const domain::Sha256& hash) {
  rows.add_row(entry.occurred_at, entry.source, entry.refund_id, text_or_null(entry.charge_id),
               text_or_null(entry.order_id), entry.event_id, entry.evidence, entry.verdict,
               text_or_null(entry.status_before), entry.status_after, entry.amount_minor,
               text_or_null(entry.currency), text_or_null(entry.reason),
               text_or_null(entry.user_id), text_or_null(entry.ip_address),
               text_or_null(entry.user_agent), text_or_null(entry.notes),
               text_or_null(entry.request_id), entry.chain_index, previous, hash);
}

void add_refund(Rows& rows, const domain::Refund& refund, const RefundRow& row) {
  rows.add_row(refund.source, refund.refund_id, refund.charge_id.value, refund.order_id,
               refund.livemode, to_string(refund.status), refund.action_required, refund.voided,
               refund.provider_status, minor_of(refund.amount.value),
               currency_of(refund.amount.value), refund.reason.value, refund.failure_code,
               refund.failure_message, refund.metadata_json.value, to_string(refund.key.evidence),
               refund.key.occurred_at, refund.requested_at, refund.key.event_id,
               refund.reported_order_id.value, refund.episode, pack_keys_of(refund), row.audit_hash,
               row.audit_length, row.revision + 1);
}

void add_charge(Rows& rows, const domain::Charge& charge, std::int64_t revision) {
  rows.add_row(charge.source, charge.charge_id, charge.livemode, charge.order_id.value,
               text_of(charge.status.value), minor_of(charge.amount.value),
               currency_of(charge.amount.value), charge.payment_method.value,
               charge.charged_at.value, pack_keys_of(charge), revision + 1);
}

}  // namespace

void save_charges(Writes& writes, const Loaded& loaded) {
  Rows added{k_charges};
  Rows changed{k_charges};
  for (const domain::Key& key : loaded.books.changed_charges()) {
    const domain::Charge& charge = loaded.books.charges().at(key);
    const auto known = loaded.charge_revisions.find(key);
    if (known == loaded.charge_revisions.end()) {
      add_charge(added, charge, 0);
    } else {
      add_charge(changed, charge, known->second);
    }
  }
  writes.insert(std::move(added));
  writes.update(std::move(changed));
}

void save_refunds_and_audit(Writes& writes, const Loaded& loaded, const Batch& batch) {
  auto rows = loaded.refund_rows;
  auto touched = loaded.books.changed_refunds();
  Rows entries{k_audit};
  for (const domain::AuditDraft& draft : loaded.books.audit()) {
    RefundRow& chain = rows[draft.refund];
    AuditEntry entry = entry_of(draft, batch.deliveries[draft.event_index], batch.now);
    entry.chain_index = ++chain.audit_length;
    const domain::Sha256 previous = chain.audit_hash;
    chain.audit_hash = entry_hash(entry, previous);
    add_entry(entries, entry, previous, chain.audit_hash);
    touched.insert(draft.refund);
  }
  Rows added{k_refunds};
  Rows changed{k_refunds};
  for (const domain::Key& key : touched) {
    const RefundRow& row = rows[key];
    add_refund(row.revision == 0 ? added : changed, loaded.books.refunds().at(key), row);
  }
  writes.insert(std::move(added));
  writes.update(std::move(changed));
  writes.insert(std::move(entries));
}

}  // namespace store
