// The lines of a provider's statement file: its refunds, in the columns that [source.statement]
// names. Other columns are passed over.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "commands/order_lines.hpp"
#include "domain/money.hpp"
#include "domain/report.hpp"
#include "runtime/statement_config.hpp"

namespace commands {

inline constexpr std::size_t k_statement_max_bytes = 256 << 20;
inline constexpr std::size_t k_statement_lines_max = 1'000'000;

struct StatementLine {
  std::size_t line = 0;  // where it begins in the file, from 1
  std::string_view raw;  // as it stands in the file
  std::string refund_id;
  std::optional<std::string> charge_id;
  domain::Money amount;
  domain::RefundStatus status = domain::RefundStatus::pending;
  std::string status_word;
  domain::Time created_at{};
  /// The file names no offset: created_at is the source's own time, written as if it were UTC.
  bool is_local = false;
};

using StatementError = OrderFileError;

struct Statement {
  std::vector<StatementLine> lines;    // the good ones
  std::vector<StatementError> errors;  // in the order of lines
};

/// Finds every mistake; a refund stands there once. `currency_default` is that of lines in a file
/// without such a column. `content` outlives what is returned.
Statement read_statement_file(std::string_view content, const runtime::StatementConfig& config,
                              const std::optional<domain::Currency>& currency_default);

/// "1000.50" with exactly the currency's decimal places, or whole minor units. From 1 minor unit to
/// 2^63 - 1.
std::optional<std::int64_t> parse_amount(std::string_view text, runtime::StatementAmountUnit unit,
                                         const domain::Currency& currency);

struct StatementTime {
  domain::Time time{};
  bool is_local = false;
};

/// RFC 3339, or without an offset "2026-01-31 10:00:00", "2026-01-31 10:00" and "2026-01-31".
std::optional<StatementTime> parse_statement_time(std::string_view text);

}  // namespace commands
