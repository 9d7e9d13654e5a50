#include "store/rows.hpp"

#include <charconv>

#include "store/failure.hpp"
#include "store/report_keys.hpp"

namespace store {
namespace {

// PostgreSQL writes "2026-01-31 10:03:34.5+00" under DateStyle ISO and TimeZone UTC.
std::string as_rfc3339(std::string text) {
  constexpr std::string_view k_utc = "+00";
  if (text.ends_with(k_utc)) {
    text.resize(text.size() - k_utc.size());
  }
  return text + "Z";
}

template <typename T>
domain::Kept<T> kept(std::optional<T> value, const domain::ReportKey& key) {
  return value ? domain::Kept<T>{std::move(value), key} : domain::Kept<T>{};
}

template <typename Row>
std::string text(const Row& row, const char* column) {
  return std::string{ResultField{row[column]}.text()};
}

template <typename Row>
domain::ReportKey state_key(const Row& row, const domain::Refund& refund) {
  domain::ReportKey key;
  key.terminal = is_terminal(refund.status);
  key.occurred_at = require(read_time(row["occurred_at"]), "refunds.occurred_at");
  key.status_rank = domain::status_rank(refund.status, refund.action_required);
  key.evidence = require(domain::parse_evidence(text(row, "evidence")), "refunds.evidence");
  key.event_id = text(row, "last_event_id");
  return key;
}

template <typename Row>
void read_state(const Row& row, domain::Refund& refund) {
  refund.source = text(row, "source");
  refund.refund_id = text(row, "refund_id");
  refund.livemode = ResultField{row["livemode"]}.is_true();
  refund.status = require(domain::parse_refund_status(text(row, "status")), "refunds.status");
  refund.action_required = ResultField{row["action_required"]}.is_true();
  refund.voided = ResultField{row["voided"]}.is_true();
  refund.provider_status = text(row, "provider_status");
  refund.failure_code = read_text(row["failure_code"]);
  refund.failure_message = read_text(row["failure_message"]);
  refund.key = state_key(row, refund);
}

}  // namespace

template <typename Row>
domain::Refund read_refund(const Row& row) {
  domain::Refund refund;
  read_state(row, refund);
  const auto keys = unpack_keys(refund.key, text(row, "report_keys"), 5);
  refund.charge_id = kept(read_text(row["charge_id"]), keys[0]);
  refund.reported_order_id = kept(read_text(row["reported_order_id"]), keys[1]);
  refund.amount = kept(read_money(row["amount_minor"], row["currency"]), keys[2]);
  refund.reason = kept(read_text(row["reason"]), keys[3]);
  refund.metadata_json = kept(read_text(row["metadata"]), keys[4]);
  refund.order_id = read_text(row["order_id"]);
  refund.requested_at = require(read_time(row["requested_at"]), "refunds.requested_at");
  refund.episode = ResultField{row["episode"]}.template number<int>();
  return refund;
}

template <typename Row>
domain::Charge read_charge(const Row& row) {
  domain::Charge charge;
  charge.source = text(row, "source");
  charge.charge_id = text(row, "charge_id");
  charge.livemode = ResultField{row["livemode"]}.is_true();
  const auto keys = unpack_keys({}, text(row, "report_keys"), 6);
  const auto status = read_text(row["status"]);
  charge.key = keys[0];
  charge.status = kept(status ? domain::parse_charge_status(*status) : std::nullopt, keys[1]);
  charge.order_id = kept(read_text(row["order_id"]), keys[2]);
  charge.amount = kept(read_money(row["amount_minor"], row["currency"]), keys[3]);
  charge.payment_method = kept(read_text(row["payment_method"]), keys[4]);
  charge.charged_at = kept(read_time(row["charged_at"]), keys[5]);
  return charge;
}

template domain::Refund read_refund(const pqxx::row&);
template domain::Refund read_refund(const ResultRow&);
template domain::Charge read_charge(const pqxx::row&);
template domain::Charge read_charge(const ResultRow&);

std::optional<std::string> read_text(const ResultField& field) {
  return field.is_null() ? std::nullopt : std::optional{std::string{field.text()}};
}

std::string read_text_or_empty(const ResultField& field) {
  return read_text(field).value_or("");
}

std::optional<domain::Time> read_time(const ResultField& field) {
  if (field.is_null()) {
    return std::nullopt;
  }
  return require(domain::parse_rfc3339(as_rfc3339(std::string{field.text()})), field.name());
}

// As "\x" and two hexadecimal digits for each byte.
domain::Sha256 read_sha256(const ResultField& field) {
  constexpr std::string_view k_prefix = "\\x";
  domain::Sha256 hash{};
  const std::string_view text = field.text();
  if (text.size() != k_prefix.size() + 2 * hash.size() || !text.starts_with(k_prefix)) {
    throw_unreadable(field.name());
  }
  const char* digits = text.data() + k_prefix.size();
  for (std::byte& byte : hash) {
    unsigned char value = 0;
    if (const auto [end, error] = std::from_chars(digits, digits + 2, value, 16);
        error != std::errc{} || end != digits + 2) {
      throw_unreadable(field.name());
    }
    byte = std::byte{value};
    digits += 2;
  }
  return hash;
}

std::optional<domain::Money> read_money(const ResultField& amount, const ResultField& currency) {
  if (amount.is_null()) {
    return std::nullopt;
  }
  return domain::Money{amount.number<std::int64_t>(),
                       require(domain::Currency::parse(currency.text()), currency.name())};
}

void throw_unreadable(const char* column) {
  throw Failure{FailureKind::rejected, std::string{"a stored row cannot be read: "} + column,
                /*connection_lost=*/false};
}

}  // namespace store
