#include "store/load.hpp"

#include <set>

#include "store/report_keys.hpp"
#include "store/rows.hpp"

namespace store {
namespace {

// Each key is looked up by itself, in a LATERAL subquery that the planner cannot turn into a join
// (FOR UPDATE and OFFSET 0 see to that): a plan made while a table is empty would join by reading
// all of an index, and live on while the table grows. Rows come, and are locked, in the order of
// the keys.
constexpr Prepared k_lock_charges{"lock_charges", R"(
SELECT c.*
  FROM (SELECT unnest($1::text[]) AS source, unnest($2::text[]) AS charge_id) k
 CROSS JOIN LATERAL (
       SELECT source, charge_id, livemode, order_id, status, amount_minor, currency,
              payment_method, charged_at, report_keys, revision
         FROM charges
        WHERE source = k.source AND charge_id = k.charge_id
          FOR UPDATE) c)"};

// All refunds of the charges, because sums depend on them, and the refunds that events name, as far
// as they are not of those charges. IS NOT DISTINCT FROM, because with an equal sign refunds could
// be looked up by their source alone.
#define REFUND_COLUMNS                                                             \
  "source, refund_id, livemode, charge_id, order_id, reported_order_id, status, "  \
  "action_required, voided, provider_status, amount_minor, currency, reason, "     \
  "failure_code, failure_message, metadata, evidence, occurred_at, requested_at, " \
  "last_event_id, episode, report_keys, audit_hash, audit_length, revision"
constexpr Prepared k_find_refunds{"find_refunds", R"(
SELECT r.*
  FROM (SELECT unnest($3::text[]) AS source, unnest($4::text[]) AS charge_id) k
 CROSS JOIN LATERAL (
       SELECT )" REFUND_COLUMNS R"(
         FROM refunds
        WHERE charge_id = k.charge_id AND source IS NOT DISTINCT FROM k.source
       OFFSET 0) r
 UNION ALL
SELECT r.*
  FROM (SELECT unnest($1::text[]) AS source, unnest($2::text[]) AS refund_id) k
 CROSS JOIN LATERAL (
       SELECT )" REFUND_COLUMNS R"(
         FROM refunds
        WHERE source = k.source AND refund_id = k.refund_id
       OFFSET 0) r
 WHERE r.charge_id IS NULL
    OR r.source || E'\x01' || r.charge_id <> ALL ($5::text[]))"};
#undef REFUND_COLUMNS

constexpr Prepared k_find_events{"find_events", R"(
SELECT e.*
  FROM (SELECT unnest($1::text[]) AS source, unnest($2::text[]) AS event_id) k
 CROSS JOIN LATERAL (
       SELECT source, event_id, verdict, content_sha256, evidence
         FROM webhook_events
        WHERE source = k.source AND event_id = k.event_id
       OFFSET 0) e)"};

constexpr Prepared k_lock_orders{"lock_orders", R"(
SELECT o.*
  FROM (SELECT unnest($1::text[]) AS order_id, unnest($2::boolean[]) AS livemode) k
 CROSS JOIN LATERAL (
       SELECT order_id, livemode, revision, imported_total_minor, imported_currency,
              customer_email, customer_locale, refund_count, charge_count
         FROM orders
        WHERE order_id = k.order_id AND livemode = k.livemode
          FOR UPDATE) o)"};

using Keys = std::set<domain::Key>;

struct Wanted {
  Keys events;
  Keys refunds;
  Keys charges;
  std::set<domain::OrderKey> orders;
};

Columns columns_of(const Keys& keys) {
  Columns columns{Type::text, Type::text};
  for (const auto& [source, id] : keys) {
    columns.add_row(source, id);
  }
  return columns;
}

template <typename Report>
void want_order(const std::optional<Report>& report, Wanted& wanted) {
  if (report && report->order_id) {
    wanted.orders.insert({*report->order_id, report->livemode});
  }
}

Wanted wanted_by(std::span<const Delivery> deliveries) {
  Wanted wanted;
  for (const Delivery& delivery : deliveries) {
    const domain::Event& event = delivery.event;
    wanted.events.insert({event.source, event.event_id});
    if (!event.refund_id.empty()) {
      wanted.refunds.insert({event.source, event.refund_id});
    }
    if (!event.charge_id.empty()) {
      wanted.charges.insert({event.source, event.charge_id});
    }
    want_order(event.refund, wanted);
    want_order(event.charge, wanted);
  }
  return wanted;
}

void count(const std::optional<std::string>& order_id, bool livemode,
           std::map<domain::OrderKey, int>& counts, Wanted& wanted) {
  if (order_id) {
    const domain::OrderKey key{*order_id, livemode};
    wanted.orders.insert(key);
    ++counts[key];
  }
}

// A refund without a charge is locked by nothing: it is not counted, so that its order is summed
// anew from what is there when everything is written.
void count_refund(const domain::Refund& refund, Loaded& loaded, Wanted& wanted) {
  if (refund.charge_id.value) {
    count(refund.order_id, refund.livemode, loaded.refund_counts, wanted);
  } else if (refund.order_id) {
    wanted.orders.insert({*refund.order_id, refund.livemode});
  }
}

Call lock(const Keys& charges) {
  Columns columns = columns_of(charges);
  Call call{k_lock_charges, {}};
  append(call.parameters, columns);
  return call;
}

Call find_refunds(const Wanted& wanted) {
  Call call{k_find_refunds, {}};
  Columns refunds = columns_of(wanted.refunds);
  append(call.parameters, refunds);
  Columns charges{Type::text, Type::text, Type::text};
  for (const auto& [source, charge_id] : wanted.charges) {
    charges.add_row(source, charge_id, source + '\x01' + charge_id);
  }
  append(call.parameters, charges);
  return call;
}

Call find_events(const Keys& keys) {
  Columns columns = columns_of(keys);
  Call call{k_find_events, {}};
  append(call.parameters, columns);
  return call;
}

void put_charges(const ResultSet& charges, Wanted& wanted, Loaded& loaded) {
  for (const auto& row : charges) {
    domain::Charge charge = read_charge(row);
    loaded.charge_revisions[{charge.source, charge.charge_id}] =
        row["revision"].number<std::int64_t>();
    count(charge.order_id.value, charge.livemode, loaded.charge_counts, wanted);
    loaded.books.put(std::move(charge));
  }
}

void put_refunds(const ResultSet& refunds, Wanted& wanted, Loaded& loaded) {
  for (const auto& row : refunds) {
    domain::Refund refund = read_refund(row);
    loaded.refund_rows[{refund.source, refund.refund_id}] = {
        read_sha256(row["audit_hash"]), row["audit_length"].number<std::int64_t>(),
        row["revision"].number<std::int64_t>()};
    count_refund(refund, loaded, wanted);
    loaded.books.put(std::move(refund));
  }
}

void put_events(const ResultSet& events, Loaded& loaded) {
  for (const auto& row : events) {
    const auto verdict = domain::parse_verdict(row[2].text());
    loaded.events[{std::string{row[0].text()}, std::string{row[1].text()}}] = {
        require(verdict, "webhook_events.verdict"), read_sha256(row[3]), /*is_stored=*/true,
        /*is_read=*/row[4].text() == to_string(domain::Evidence::api_read)};
  }
}

// The charges of those refunds that are not locked yet.
Keys further_charges(const ResultSet& refunds, const Wanted& wanted) {
  Keys further;
  for (const auto& row : refunds) {
    if (row["charge_id"].is_null()) {
      continue;
    }
    domain::Key charge{row["source"].text(), row["charge_id"].text()};
    if (wanted.charges.count(charge) == 0) {
      further.insert(std::move(charge));
    }
  }
  return further;
}

// What is read stands behind the locks, in the same round trip.
void load_charges_refunds_and_events(Transaction& transaction, Wanted& wanted, Loaded& loaded) {
  Keys charges = wanted.charges;
  while (true) {
    const auto answers =
        transaction.run_together({lock(charges), find_refunds(wanted), find_events(wanted.events)});
    put_charges(answers[0], wanted, loaded);
    charges = further_charges(answers[1], wanted);
    if (charges.empty()) {
      put_refunds(answers[1], wanted, loaded);
      put_events(answers[2], loaded);
      return;
    }
    // Again with all refunds of those charges, once nobody else can change them.
    wanted.charges.insert(charges.begin(), charges.end());
  }
}

std::optional<int> read_count(const ResultField& field) {
  return field.is_null() ? std::nullopt : std::optional{field.number<int>()};
}

void lock_orders(Transaction& transaction, const std::set<domain::OrderKey>& keys, Loaded& loaded) {
  if (keys.empty()) {
    return;
  }
  Columns columns{Type::text, Type::boolean};
  for (const auto& [order_id, livemode] : keys) {
    columns.add_row(order_id, livemode);
  }
  for (const auto& row : transaction.run(k_lock_orders, columns)) {
    loaded.orders[{row["order_id"].as<std::string>(), row["livemode"].as<bool>()}] = {
        row["revision"].as<std::int64_t>(),
        read_money(row["imported_total_minor"], row["imported_currency"]),
        read_text(row["customer_email"]),
        read_text(row["customer_locale"]),
        read_count(row["refund_count"]),
        read_count(row["charge_count"])};
  }
}

}  // namespace

Loaded lock_and_load(Transaction& transaction, std::span<const Delivery> deliveries,
                     const std::set<domain::OrderKey>& imported) {
  Loaded loaded;
  Wanted wanted = wanted_by(deliveries);
  wanted.orders.insert(imported.begin(), imported.end());
  load_charges_refunds_and_events(transaction, wanted, loaded);
  lock_orders(transaction, wanted.orders, loaded);
  return loaded;
}

}  // namespace store
