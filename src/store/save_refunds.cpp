#include <map>

#include "store/audit_chain.hpp"
#include "store/report_keys.hpp"
#include "store/save.hpp"

namespace store {
namespace {

constexpr const char* k_save_charges = R"(
INSERT INTO charges AS c
       (source, charge_id, livemode, order_id, status, amount_minor, currency, payment_method,
        charged_at, report_keys, revision, updated_at)
SELECT * FROM unnest($1::text[], $2::text[], $3::boolean[], $4::text[], $5::text[], $6::bigint[],
                     $7::text[], $8::text[], $9::timestamptz[], $10::text[], $11::bigint[],
                     $12::timestamptz[])
ON CONFLICT (source, charge_id) DO UPDATE
   SET order_id = excluded.order_id, status = excluded.status,
       amount_minor = excluded.amount_minor, currency = excluded.currency,
       payment_method = excluded.payment_method, charged_at = excluded.charged_at,
       report_keys = excluded.report_keys, revision = excluded.revision,
       updated_at = excluded.updated_at
 WHERE c.revision = excluded.revision - 1)";

constexpr const char* k_save_refunds = R"(
INSERT INTO refunds AS r
       (source, refund_id, charge_id, order_id, livemode, status, action_required, voided,
        provider_status, amount_minor, currency, reason, failure_code, failure_message, metadata,
        evidence, occurred_at, requested_at, first_seen_at, updated_at, last_event_id,
        reported_order_id, episode, report_keys, audit_hash, audit_length, revision)
SELECT source, refund_id, charge_id, order_id, livemode, status, action_required, voided,
       provider_status, amount_minor, currency, reason, failure_code, failure_message,
       metadata::jsonb, evidence, occurred_at, requested_at, now_at, now_at, last_event_id,
       reported_order_id, episode, report_keys, audit_hash, audit_length, revision
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::boolean[], $6::text[],
              $7::boolean[], $8::boolean[], $9::text[], $10::bigint[], $11::text[], $12::text[],
              $13::text[], $14::text[], $15::text[], $16::text[], $17::timestamptz[],
              $18::timestamptz[], $19::timestamptz[], $20::text[], $21::text[], $22::integer[],
              $23::text[], $24::bytea[], $25::bigint[], $26::bigint[])
    AS n(source, refund_id, charge_id, order_id, livemode, status, action_required, voided,
         provider_status, amount_minor, currency, reason, failure_code, failure_message, metadata,
         evidence, occurred_at, requested_at, now_at, last_event_id, reported_order_id, episode,
         report_keys, audit_hash, audit_length, revision)
ON CONFLICT (source, refund_id) DO UPDATE
   SET charge_id = excluded.charge_id, order_id = excluded.order_id, status = excluded.status,
       action_required = excluded.action_required, voided = excluded.voided,
       provider_status = excluded.provider_status, amount_minor = excluded.amount_minor,
       currency = excluded.currency, reason = excluded.reason,
       failure_code = excluded.failure_code, failure_message = excluded.failure_message,
       metadata = excluded.metadata, evidence = excluded.evidence,
       occurred_at = excluded.occurred_at, requested_at = excluded.requested_at,
       updated_at = excluded.updated_at, last_event_id = excluded.last_event_id,
       reported_order_id = excluded.reported_order_id, episode = excluded.episode,
       report_keys = excluded.report_keys, audit_hash = excluded.audit_hash,
       audit_length = excluded.audit_length, revision = excluded.revision
 WHERE r.revision = excluded.revision - 1)";

constexpr const char* k_save_audit = R"(
INSERT INTO refund_audit
       (recorded_at, occurred_at, source, refund_id, charge_id, order_id, event_id, evidence,
        verdict, status_before, status_after, amount_minor, currency, reason, user_id, ip_address,
        user_agent, notes, chain_index, previous_hash, entry_hash)
SELECT recorded_at, occurred_at, source, refund_id, charge_id, order_id, event_id, evidence,
       verdict, status_before, status_after, amount_minor, currency, reason, user_id,
       ip_address::inet, user_agent, notes, chain_index, previous_hash, entry_hash
  FROM unnest($1::timestamptz[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[],
              $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::bigint[],
              $13::text[], $14::text[], $15::text[], $16::text[], $17::text[], $18::text[],
              $19::bigint[], $20::bytea[], $21::bytea[])
    AS n(recorded_at, occurred_at, source, refund_id, charge_id, order_id, event_id, evidence,
         verdict, status_before, status_after, amount_minor, currency, reason, user_id, ip_address,
         user_agent, notes, chain_index, previous_hash, entry_hash))";

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
  return entry;
}

void add_entry(Columns& columns, const AuditEntry& entry, const domain::Sha256& previous,
               const domain::Sha256& hash) {
  columns.add_row(entry.recorded_at, entry.occurred_at, entry.source, entry.refund_id,
                  text_or_null(entry.charge_id), text_or_null(entry.order_id), entry.event_id,
                  entry.evidence, entry.verdict, text_or_null(entry.status_before),
                  entry.status_after, entry.amount_minor, text_or_null(entry.currency),
                  text_or_null(entry.reason), text_or_null(entry.user_id),
                  text_or_null(entry.ip_address), text_or_null(entry.user_agent),
                  text_or_null(entry.notes), entry.chain_index, previous, hash);
}

void add_refund(Columns& columns, const domain::Refund& refund, const RefundRow& row,
                domain::Time now) {
  columns.add_row(refund.source, refund.refund_id, refund.charge_id.value, refund.order_id,
                  refund.livemode, to_string(refund.status), refund.action_required, refund.voided,
                  refund.provider_status, minor_of(refund.amount.value),
                  currency_of(refund.amount.value), refund.reason.value, refund.failure_code,
                  refund.failure_message, refund.metadata_json.value,
                  to_string(refund.key.evidence), refund.key.occurred_at, refund.requested_at, now,
                  refund.key.event_id, refund.reported_order_id.value, refund.episode,
                  pack_keys_of(refund), row.audit_hash, row.audit_length, row.revision + 1);
}

}  // namespace

void save_charges(Transaction& transaction, const Loaded& loaded, const Batch& batch) {
  Columns columns{12};
  for (const domain::Key& key : loaded.books.changed_charges()) {
    const domain::Charge& charge = loaded.books.charges().at(key);
    const auto revision = loaded.charge_revisions.find(key);
    columns.add_row(charge.source, charge.charge_id, charge.livemode, charge.order_id.value,
                    text_of(charge.status.value), minor_of(charge.amount.value),
                    currency_of(charge.amount.value), charge.payment_method.value,
                    charge.charged_at.value, pack_keys_of(charge),
                    revision == loaded.charge_revisions.end() ? 1 : revision->second + 1,
                    batch.now);
  }
  if (!columns.empty()) {
    transaction.run_exactly(k_save_charges, columns);
  }
}

void save_refunds_and_audit(Transaction& transaction, const Loaded& loaded, const Batch& batch) {
  auto rows = loaded.refund_rows;
  auto changed = loaded.books.changed_refunds();
  Columns entries{21};
  for (const domain::AuditDraft& draft : loaded.books.audit()) {
    RefundRow& chain = rows[draft.refund];
    AuditEntry entry = entry_of(draft, batch.deliveries[draft.event_index], batch.now);
    entry.chain_index = ++chain.audit_length;
    const domain::Sha256 previous = chain.audit_hash;
    chain.audit_hash = entry_hash(entry, previous);
    add_entry(entries, entry, previous, chain.audit_hash);
    changed.insert(draft.refund);
  }
  Columns refunds{26};
  for (const domain::Key& key : changed) {
    add_refund(refunds, loaded.books.refunds().at(key), rows[key], batch.now);
  }
  if (!refunds.empty()) {
    transaction.run_exactly(k_save_refunds, refunds);
  }
  if (!entries.empty()) {
    transaction.run(k_save_audit, entries);
  }
}

}  // namespace store
