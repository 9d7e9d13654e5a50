#include "store/audit_verify.hpp"

#include <optional>

#include "store/audit_chain.hpp"
#include "store/rows.hpp"
#include "store/transaction.hpp"

namespace store {
namespace {

// Chain by chain; a refund without entries and entries without a refund show as well.
constexpr const char* k_declare_chains = R"(
DECLARE chains NO SCROLL CURSOR FOR
SELECT coalesce(r.source, a.source) AS source, coalesce(r.refund_id, a.refund_id) AS refund_id,
       r.audit_hash, r.audit_length, a.recorded_at, a.occurred_at, a.charge_id, a.order_id,
       a.event_id, a.evidence, a.verdict, a.status_before, a.status_after, a.amount_minor,
       a.currency, a.reason, a.user_id, host(a.ip_address) AS ip_address, a.user_agent, a.notes,
       a.request_id, a.chain_index, a.previous_hash, a.entry_hash
  FROM refunds r
  FULL JOIN refund_audit a ON a.source = r.source AND a.refund_id = r.refund_id
 ORDER BY 1, 2, a.chain_index)";

constexpr const char* k_fetch_chains = "FETCH 5000 FROM chains";

AuditEntry read_entry(const pqxx::row& row) {
  AuditEntry entry;
  entry.recorded_at = *read_time(row["recorded_at"]);
  entry.occurred_at = *read_time(row["occurred_at"]);
  entry.source = row["source"].as<std::string>();
  entry.refund_id = row["refund_id"].as<std::string>();
  entry.charge_id = read_text_or_empty(row["charge_id"]);
  entry.order_id = read_text_or_empty(row["order_id"]);
  entry.event_id = read_text_or_empty(row["event_id"]);
  entry.evidence = read_text_or_empty(row["evidence"]);
  entry.verdict = read_text_or_empty(row["verdict"]);
  entry.status_before = read_text_or_empty(row["status_before"]);
  entry.status_after = read_text_or_empty(row["status_after"]);
  if (!row["amount_minor"].is_null()) {
    entry.amount_minor = row["amount_minor"].as<std::int64_t>();
  }
  entry.currency = read_text_or_empty(row["currency"]);
  entry.reason = read_text_or_empty(row["reason"]);
  entry.user_id = read_text_or_empty(row["user_id"]);
  entry.ip_address = read_text_or_empty(row["ip_address"]);
  entry.user_agent = read_text_or_empty(row["user_agent"]);
  entry.notes = read_text_or_empty(row["notes"]);
  entry.request_id = read_text_or_empty(row["request_id"]);
  entry.chain_index = row["chain_index"].as<std::int64_t>();
  return entry;
}

// A time like "infinity" can only be the work of a hand.
std::optional<AuditEntry> read_entry_or_nothing(const pqxx::row& row) {
  try {
    return read_entry(row);
  } catch (const Failure&) {
    return std::nullopt;
  }
}

// Follows one chain after the other, in the order of the cursor.
class Walker {
 public:
  explicit Walker(AuditReport& report) : report_{report} {}

  void step(const pqxx::row& row) {
    const auto source = row["source"].as<std::string>();
    const auto refund_id = row["refund_id"].as<std::string>();
    if (source != source_ || refund_id != refund_id_) {
      end_chain();
      begin_chain(source, refund_id, row);
    }
    if (!row["chain_index"].is_null()) {
      check_entry(row);
    }
  }

  // Once more after the last row.
  void end_chain() {
    if (refund_id_.empty() || faulty_) {
      return;
    }
    if (!expected_length_) {
      fail(length_, "the refund's own row is missing");
    } else if (length_ != *expected_length_) {
      fail(length_ + 1, "an entry is missing at the end: the refund counts " +
                            std::to_string(*expected_length_) + " entries, " +
                            std::to_string(length_) + " are here");
    } else if (hash_ != expected_hash_) {
      fail(length_, "the last entry is not the one that the refund remembers");
    }
  }

 private:
  void begin_chain(const std::string& source, const std::string& refund_id, const pqxx::row& row) {
    source_ = source;
    refund_id_ = refund_id;
    hash_ = k_chain_start;
    length_ = 0;
    faulty_ = false;
    expected_length_.reset();
    if (!row["audit_length"].is_null()) {
      expected_length_ = row["audit_length"].as<std::int64_t>();
      expected_hash_ = read_sha256(row["audit_hash"]);
    }
    ++report_.refund_count;
  }

  void check_entry(const pqxx::row& row) {
    ++report_.entry_count;
    if (faulty_) {
      return;  // one fault a chain: behind it nothing can be said
    }
    std::optional<AuditEntry> readable = read_entry_or_nothing(row);
    if (!readable) {
      fail(length_ + 1, "the entry cannot be read: it holds what was never written here");
      return;
    }
    const AuditEntry entry = std::move(*readable);
    const domain::Sha256 stored = read_sha256(row["entry_hash"]);
    if (entry.chain_index != length_ + 1) {
      fail(length_ + 1, "an entry is missing: number " + std::to_string(entry.chain_index) +
                            " follows number " + std::to_string(length_));
    } else if (read_sha256(row["previous_hash"]) != hash_) {
      fail(entry.chain_index, "the entry does not follow the one before it: inserted or replaced");
    } else if (entry_hash(entry, hash_) != stored) {
      fail(entry.chain_index, "the entry was edited");
    } else if (expected_length_ && entry.chain_index > *expected_length_) {
      fail(entry.chain_index,
           "the entry was inserted: the refund counts only " + std::to_string(*expected_length_));
    }
    hash_ = stored;
    length_ = entry.chain_index;
  }

  void fail(std::int64_t chain_index, std::string fault) {
    faulty_ = true;
    report_.faults.push_back({source_, refund_id_, chain_index, std::move(fault)});
  }

  AuditReport& report_;
  std::string source_;
  std::string refund_id_;
  domain::Sha256 hash_{};
  domain::Sha256 expected_hash_{};
  std::optional<std::int64_t> expected_length_;
  std::int64_t length_ = 0;
  bool faulty_ = false;
};

}  // namespace

AuditReport verify_audit(Connection& connection) {
  return in_transaction(connection, [](Transaction& transaction) {
    AuditReport report;
    Walker walker{report};
    transaction.run(k_declare_chains);
    for (;;) {
      const auto rows = transaction.run(k_fetch_chains);
      if (rows.empty()) {
        break;
      }
      for (const auto& row : rows) {
        walker.step(row);
      }
    }
    walker.end_chain();
    return report;
  });
}

}  // namespace store
