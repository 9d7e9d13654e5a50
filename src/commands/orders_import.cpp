#include "commands/orders_import.hpp"

#include <openssl/sha.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>
#include <set>

#include "commands/terminal_text.hpp"
#include "store/failure.hpp"

namespace commands {
namespace {

constexpr int k_attempts_max = 5;
constexpr std::size_t k_event_hash_bytes = 16;
constexpr std::string_view k_event_type = "order.imported";

// Of lines that were stored without their file's first line: the order of the documentation.
constexpr std::string_view k_usual_columns =
    "order_id,source,charge_id,currency,total_minor,customer_email,customer_locale";

domain::Sha256 sha256_of(std::string_view text) {
  domain::Sha256 hash{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(),
         reinterpret_cast<unsigned char*>(hash.data()));
  return hash;
}

std::string hex(std::span<const std::byte> bytes) {
  constexpr std::string_view k_digits = "0123456789abcdef";
  std::string text;
  for (const std::byte byte : bytes) {
    text += k_digits[std::to_integer<std::size_t>(byte >> 4)];
    text += k_digits[std::to_integer<std::size_t>(byte & std::byte{15})];
  }
  return text;
}

domain::Event event_of(const OrderFileLine& line, const domain::Sha256& hash, domain::Time now) {
  domain::Event event;
  event.source = line.source->name;
  event.event_id = "import:" + hex(std::span{hash}.first<k_event_hash_bytes>()) + ":" +
                   std::to_string(now.time_since_epoch().count());
  event.event_type = k_event_type;
  event.livemode = line.source->livemode;
  event.evidence = domain::Evidence::operator_;
  event.occurred_at = now;
  event.content_sha256 = hash;
  event.charge_id = line.charge_id;

  domain::ChargeReport& charge = event.charge.emplace();
  charge.source = event.source;
  charge.charge_id = line.charge_id;
  charge.livemode = event.livemode;
  charge.order_id = line.order_id;
  charge.evidence = event.evidence;
  charge.occurred_at = now;
  charge.event_id = event.event_id;
  return event;
}

store::Delivery delivery_of(const OrderFileLine& line, const std::string& user_id,
                            domain::Time now) {
  store::Delivery delivery;
  delivery.body = line.raw;
  delivery.body_sha256 = sha256_of(line.raw);
  delivery.event = event_of(line, delivery.body_sha256, now);
  delivery.event.user_id = user_id;
  delivery.received_at = now;
  delivery.headers_json = nlohmann::json{{"columns", line.columns}}.dump();
  delivery.limits = line.source->provider->limits;
  delivery.has_test_recipient = line.source->has_test_recipient;
  return delivery;
}

/// Lines of one order complete each other.
void add_order(std::map<domain::OrderKey, store::OrderImport>& orders, const OrderFileLine& line) {
  auto& order = orders
                    .try_emplace({line.order_id, line.source->livemode},
                                 store::OrderImport{line.total, "", ""})
                    .first->second;
  if (!line.customer_email.empty()) {
    order.customer_email = line.customer_email;
  }
  if (!line.customer_locale.empty()) {
    order.customer_locale = line.customer_locale;
  }
}

std::string columns_of(const std::string& headers_json) {
  const auto headers = nlohmann::json::parse(headers_json, nullptr, /*allow_exceptions=*/false);
  if (headers.is_object()) {
    const auto found = headers.find("columns");
    if (found != headers.end() && found->is_string()) {
      return found->get<std::string>();
    }
  }
  return std::string{k_usual_columns};
}

}  // namespace

bool is_imported_line(const store::StoredEvidence& evidence) {
  return evidence.event_type == k_event_type && evidence.evidence == domain::Evidence::operator_;
}

std::optional<domain::Event> read_imported_line(const store::StoredEvidence& evidence,
                                                std::span<const providers::Source> sources) {
  const std::string content = columns_of(evidence.headers_json) + "\n" + evidence.body;
  const auto file = read_order_file(content, sources);
  if (!file.errors.empty() || file.lines.size() != 1) {
    return std::nullopt;
  }
  const auto& line = file.lines.front();
  auto event = event_of(line, sha256_of(evidence.body), evidence.occurred_at);
  if (event.source != evidence.source || event.charge_id != evidence.charge_id) {
    return std::nullopt;
  }
  return event;
}

OrdersImport make_orders_import(std::span<const OrderFileLine> lines, const std::string& user_id,
                                domain::Time now) {
  OrdersImport import;
  std::set<domain::Key> charges;
  for (const auto& line : lines) {
    add_order(import.orders, line);
    if (!line.charge_id.empty()) {
      charges.insert({line.source->name, line.charge_id});
      import.deliveries.push_back(delivery_of(line, user_id, now));
    }
  }
  import.charge_count = charges.size();
  return import;
}

void apply_orders_import(store::Connection& connection, const OrdersImport& import,
                         domain::Time now) {
  for (int attempt = 1;; ++attempt) {
    try {
      store::apply_import(connection, import.deliveries, import.orders, now);
      return;
    } catch (const store::Failure& failure) {
      if (!failure.may_pass() || attempt == k_attempts_max) {
        throw;
      }
    }
  }
}

void print_order_errors(const std::filesystem::path& file, std::span<const OrderFileError> errors,
                        std::ostream& out) {
  for (const auto& error : errors.first(std::min(errors.size(), k_order_errors_printed))) {
    const auto where = file.string() + ": line " + std::to_string(error.line);
    const auto column = error.column.empty() ? "" : ", " + error.column;
    out << printable(where + column + ": " + error.message) << "\n";
  }
  out << printable(file.string()) << ": " << errors.size()
      << (errors.size() == 1 ? " mistake" : " mistakes")
      << (errors.size() > k_order_errors_printed
              ? ", of which the first " + std::to_string(k_order_errors_printed) + " stand above"
              : "")
      << "; nothing was imported\n";
}

}  // namespace commands
