#include "outbox/audit_line.hpp"

#include <charconv>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "domain/time.hpp"

namespace outbox {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view k_begin = R"({"audit_id":)";

template <typename T>
Json json_of(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

// Unlike format_rfc3339 always with its fraction, so that the lines can be compared as text.
Json json_of(const std::optional<domain::Time>& time) {
  if (!time) {
    return nullptr;
  }
  const auto second = std::chrono::floor<std::chrono::seconds>(*time);
  std::string text = domain::format_rfc3339(second);
  char fraction[16];
  std::snprintf(fraction, sizeof fraction, ".%06dZ",
                static_cast<int>((*time - second).count() % 1'000'000));
  text.pop_back();
  return text + fraction;
}

std::string json_of(const domain::Sha256& hash) {
  constexpr std::string_view k_digits = "0123456789abcdef";
  std::string text;
  for (const std::byte byte : hash) {
    text += k_digits[std::to_integer<std::size_t>(byte >> 4)];
    text += k_digits[std::to_integer<std::size_t>(byte & std::byte{15})];
  }
  return text;
}

}  // namespace

std::string audit_line(const store::AuditEntryRow& entry) {
  Json line;
  line["audit_id"] = entry.audit_id;
  line["recorded_at"] = json_of(entry.recorded_at);
  line["occurred_at"] = json_of(entry.occurred_at);
  line["source"] = entry.source;
  line["refund_id"] = entry.refund_id;
  line["charge_id"] = json_of(entry.charge_id);
  line["order_id"] = json_of(entry.order_id);
  line["event_id"] = entry.event_id;
  line["evidence"] = entry.evidence;
  line["verdict"] = entry.verdict;
  line["status_before"] = json_of(entry.status_before);
  line["status_after"] = entry.status_after;
  line["amount_minor"] = json_of(entry.amount_minor);
  line["currency"] = json_of(entry.currency);
  line["reason"] = json_of(entry.reason);
  line["user_id"] = json_of(entry.user_id);
  line["ip_address"] = json_of(entry.ip_address);
  line["user_agent"] = json_of(entry.user_agent);
  line["notes"] = json_of(entry.notes);
  if (entry.request_id) {  // lines that were written before there were any stay as they are
    line["request_id"] = *entry.request_id;
  }
  line["previous_hash"] = json_of(entry.previous_hash);
  line["entry_hash"] = json_of(entry.entry_hash);
  return line.dump(/*indent=*/-1, ' ', /*ensure_ascii=*/true) + "\n";
}

std::optional<std::int64_t> audit_id_of(std::string_view line) {
  if (!line.starts_with(k_begin)) {
    return std::nullopt;
  }
  line.remove_prefix(k_begin.size());
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), id);
  const bool goes_on = end != line.data() + line.size() && *end == ',';
  return error == std::errc{} && id > 0 && goes_on ? std::optional{id} : std::nullopt;
}

}  // namespace outbox
