#include "store/rows.hpp"

#include <algorithm>

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

domain::ReportKey state_key(const pqxx::row& row, const domain::Refund& refund) {
  domain::ReportKey key;
  key.terminal = is_terminal(refund.status);
  key.occurred_at = require(read_time(row["occurred_at"]), "refunds.occurred_at");
  key.status_rank = domain::status_rank(refund.status, refund.action_required);
  key.evidence =
      require(domain::parse_evidence(row["evidence"].as<std::string>()), "refunds.evidence");
  key.event_id = row["last_event_id"].as<std::string>();
  return key;
}

void read_state(const pqxx::row& row, domain::Refund& refund) {
  refund.source = row["source"].as<std::string>();
  refund.refund_id = row["refund_id"].as<std::string>();
  refund.livemode = row["livemode"].as<bool>();
  refund.status =
      require(domain::parse_refund_status(row["status"].as<std::string>()), "refunds.status");
  refund.action_required = row["action_required"].as<bool>();
  refund.voided = row["voided"].as<bool>();
  refund.provider_status = row["provider_status"].as<std::string>();
  refund.failure_code = read_text(row["failure_code"]);
  refund.failure_message = read_text(row["failure_message"]);
  refund.key = state_key(row, refund);
}

}  // namespace

domain::Refund read_refund(const pqxx::row& row) {
  domain::Refund refund;
  read_state(row, refund);
  const auto keys = unpack_keys(refund.key, row["report_keys"].as<std::string>(), 5);
  refund.charge_id = kept(read_text(row["charge_id"]), keys[0]);
  refund.reported_order_id = kept(read_text(row["reported_order_id"]), keys[1]);
  refund.amount = kept(read_money(row["amount_minor"], row["currency"]), keys[2]);
  refund.reason = kept(read_text(row["reason"]), keys[3]);
  refund.metadata_json = kept(read_text(row["metadata"]), keys[4]);
  refund.order_id = read_text(row["order_id"]);
  refund.requested_at = require(read_time(row["requested_at"]), "refunds.requested_at");
  refund.episode = row["episode"].as<int>();
  return refund;
}

domain::Charge read_charge(const pqxx::row& row) {
  domain::Charge charge;
  charge.source = row["source"].as<std::string>();
  charge.charge_id = row["charge_id"].as<std::string>();
  charge.livemode = row["livemode"].as<bool>();
  const auto keys = unpack_keys({}, row["report_keys"].as<std::string>(), 6);
  const auto status = read_text(row["status"]);
  charge.key = keys[0];
  charge.status = kept(status ? domain::parse_charge_status(*status) : std::nullopt, keys[1]);
  charge.order_id = kept(read_text(row["order_id"]), keys[2]);
  charge.amount = kept(read_money(row["amount_minor"], row["currency"]), keys[3]);
  charge.payment_method = kept(read_text(row["payment_method"]), keys[4]);
  charge.charged_at = kept(read_time(row["charged_at"]), keys[5]);
  return charge;
}

std::optional<std::string> read_text(const pqxx::field& field) {
  return field.is_null() ? std::nullopt : std::optional{field.as<std::string>()};
}

std::string read_text_or_empty(const pqxx::field& field) {
  return read_text(field).value_or("");
}

std::optional<domain::Time> read_time(const pqxx::field& field) {
  if (field.is_null()) {
    return std::nullopt;
  }
  return require(domain::parse_rfc3339(as_rfc3339(field.as<std::string>())), field.name());
}

domain::Sha256 read_sha256(const pqxx::field& field) {
  const pqxx::binarystring bytes{field};
  domain::Sha256 hash{};
  if (bytes.size() != hash.size()) {
    throw_unreadable(field.name());
  }
  std::transform(bytes.begin(), bytes.end(), hash.begin(),
                 [](unsigned char byte) { return std::byte{byte}; });
  return hash;
}

std::optional<domain::Money> read_money(const pqxx::field& amount, const pqxx::field& currency) {
  if (amount.is_null()) {
    return std::nullopt;
  }
  return domain::Money{
      amount.as<std::int64_t>(),
      require(domain::Currency::parse(currency.as<std::string>()), currency.name())};
}

void throw_unreadable(const char* column) {
  throw Failure{FailureKind::rejected, std::string{"a stored row cannot be read: "} + column,
                /*connection_lost=*/false};
}

}  // namespace store
