#include "domain/report.hpp"

#include <array>
#include <charconv>
#include <utility>

namespace domain {
namespace {

template <typename Enum, std::size_t size>
std::optional<Enum> parse_enum(std::string_view text, const std::array<Enum, size>& values) {
  for (const Enum value : values) {
    if (to_string(value) == text) {
      return value;
    }
  }
  return std::nullopt;
}

// Reads an integer up to the next separator and steps over it.
std::optional<std::int64_t> take_number(std::string_view& text, char separator) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const auto length = static_cast<std::size_t>(end - text.data());
  if (error != std::errc{} || length >= text.size() || text[length] != separator) {
    return std::nullopt;
  }
  text.remove_prefix(length + 1);
  return number;
}

}  // namespace

std::string_view to_string(RefundStatus status) {
  switch (status) {
    case RefundStatus::pending:
      return "pending";
    case RefundStatus::successful:
      return "successful";
    case RefundStatus::failed:
      return "failed";
    case RefundStatus::canceled:
      return "canceled";
  }
  __builtin_unreachable();
}

std::string_view to_string(Evidence evidence) {
  switch (evidence) {
    case Evidence::token_webhook:
      return "token_webhook";
    case Evidence::signed_webhook:
      return "signed_webhook";
    case Evidence::api_read:
      return "api_read";
    case Evidence::statement:
      return "statement";
    case Evidence::operator_:
      return "operator";
  }
  __builtin_unreachable();
}

std::string_view to_string(ChargeStatus status) {
  switch (status) {
    case ChargeStatus::pending:
      return "pending";
    case ChargeStatus::successful:
      return "successful";
    case ChargeStatus::failed:
      return "failed";
    case ChargeStatus::reversed:
      return "reversed";
    case ChargeStatus::expired:
      return "expired";
  }
  __builtin_unreachable();
}

std::optional<RefundStatus> parse_refund_status(std::string_view text) {
  using enum RefundStatus;
  return parse_enum(text, std::array{pending, successful, failed, canceled});
}

std::optional<Evidence> parse_evidence(std::string_view text) {
  using enum Evidence;
  return parse_enum(text,
                    std::array{token_webhook, signed_webhook, api_read, statement, operator_});
}

std::optional<ChargeStatus> parse_charge_status(std::string_view text) {
  using enum ChargeStatus;
  return parse_enum(text, std::array{pending, successful, failed, reversed, expired});
}

std::string encode(const ReportKey& key) {
  return std::to_string(key.terminal ? 1 : 0) + " " +
         std::to_string(key.occurred_at.time_since_epoch().count()) + " " +
         std::to_string(key.status_rank) + " " + std::to_string(static_cast<int>(key.evidence)) +
         " " + key.event_id;
}

std::optional<ReportKey> decode_report_key(std::string_view text) {
  const auto terminal = take_number(text, ' ');
  const auto micros = terminal ? take_number(text, ' ') : std::nullopt;
  const auto rank = micros ? take_number(text, ' ') : std::nullopt;
  const auto evidence = rank ? take_number(text, ' ') : std::nullopt;
  if (!evidence || *evidence < 0 || *evidence > static_cast<int>(Evidence::operator_)) {
    return std::nullopt;
  }
  return ReportKey{*terminal == 1, Time{std::chrono::microseconds{*micros}},
                   static_cast<int>(*rank), static_cast<Evidence>(*evidence), std::string{text}};
}

ReportKey key_of(const RefundReport& report) {
  return {is_terminal(*report.status), report.occurred_at,
          status_rank(*report.status, report.action_required), report.evidence, report.event_id};
}

ReportKey key_of(const ChargeReport& report) {
  return {false, report.occurred_at, 0, report.evidence, report.event_id};
}

int status_rank(RefundStatus status, bool action_required) {
  switch (status) {
    case RefundStatus::pending:
      return action_required ? 1 : 0;
    case RefundStatus::successful:
      return 2;
    case RefundStatus::canceled:
      return 3;
    case RefundStatus::failed:
      return 4;
  }
  __builtin_unreachable();
}

}  // namespace domain
