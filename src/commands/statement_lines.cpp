#include "commands/statement_lines.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "commands/csv.hpp"
#include "commands/order_columns.hpp"

namespace commands {
namespace {

using domain::RefundStatus;

enum Column : std::size_t { refund_id, charge_id, currency, amount, status, created_at };

constexpr std::size_t k_column_count = 6;
constexpr std::size_t k_no_place = std::string_view::npos;

/// The file's own names, and where they stand in a record.
struct Columns {
  std::array<std::string, k_column_count> names;
  std::array<std::size_t, k_column_count> places{};
  std::size_t width = 0;
};

std::optional<RefundStatus> status_of(const runtime::StatementConfig& config,
                                      std::string_view word) {
  const std::array<std::pair<const std::vector<std::string>*, RefundStatus>, 4> lists{
      {{&config.pending, RefundStatus::pending},
       {&config.successful, RefundStatus::successful},
       {&config.failed, RefundStatus::failed},
       {&config.canceled, RefundStatus::canceled}}};
  for (const auto& [words, known] : lists) {
    if (std::ranges::find(*words, word) != words->end()) {
      return known;
    }
  }
  return std::nullopt;
}

/// One line's fields on their way to a StatementLine; every mistake is collected.
class LineReader {
 public:
  LineReader(const CsvRecord& record, const Columns& columns,
             const runtime::StatementConfig& config,
             const std::optional<domain::Currency>& currency_default,
             std::vector<StatementError>& errors)
      : record_{record},
        columns_{columns},
        config_{config},
        currency_default_{currency_default},
        errors_{errors} {}

  std::optional<StatementLine> read() {
    const auto error_count = errors_.size();
    check(Column::refund_id, problem_of_id);
    if (!at(Column::charge_id).empty()) {
      check(Column::charge_id, problem_of_id);
    }
    const auto money = read_money();
    const auto known_status = read_status();
    const auto time = read_time();
    if (errors_.size() != error_count) {
      return std::nullopt;
    }
    const std::string charge = at(Column::charge_id);
    return StatementLine{record_.line,
                         record_.raw,
                         at(Column::refund_id),
                         charge.empty() ? std::nullopt : std::optional{charge},
                         *money,
                         *known_status,
                         at(Column::status),
                         time->time,
                         time->is_local};
  }

 private:
  /// Empty where the file has no such column.
  [[nodiscard]] std::string at(Column column) const {
    const auto place = columns_.places[column];
    return place == k_no_place ? std::string{} : record_.fields[place];
  }

  void fail(Column column, std::string message) {
    errors_.push_back({record_.line, columns_.names[column], std::move(message)});
  }

  template <typename ProblemOf>
  bool check(Column column, ProblemOf problem_of) {
    const std::string text = at(column);
    auto problem = problem_of_text(text);
    problem = problem ? problem : problem_of(text);
    if (problem) {
      fail(column, *problem);
    }
    return !problem;
  }

  std::optional<domain::Money> read_money() {
    const auto known_currency = columns_.places[Column::currency] == k_no_place
                                    ? currency_default_
                                    : domain::Currency::parse(at(Column::currency));
    if (!known_currency) {
      fail(Column::currency, "must be a currency of ISO 4217, like \"THB\"");
      return std::nullopt;
    }
    const auto minor = parse_amount(at(Column::amount), config_.amount_unit, *known_currency);
    if (!minor) {
      const bool is_major = config_.amount_unit == runtime::StatementAmountUnit::major;
      fail(Column::amount,
           is_major ? "must be an amount greater than zero with " +
                          std::to_string(known_currency->exponent()) + " decimal places for " +
                          std::string{known_currency->code()} + ", digits and a point only"
                    : "must be a whole number of minor units from 1 to 9223372036854775807");
      return std::nullopt;
    }
    return domain::Money{*minor, *known_currency};
  }

  std::optional<RefundStatus> read_status() {
    const auto known = status_of(config_, at(Column::status));
    check(Column::status, [&](std::string_view word) {
      return known ? std::nullopt
                   : Problem{"\"" + std::string{word} +
                             "\" stands in none of the lists of [source.statement]: pending, "
                             "successful, failed, canceled"};
    });
    return known;
  }

  std::optional<StatementTime> read_time() {
    const auto time = parse_statement_time(at(Column::created_at));
    if (!time) {
      fail(Column::created_at,
           "must be a time like 2026-01-31T10:00:00+07:00, 2026-01-31 10:00:00 or 2026-01-31");
    }
    return time;
  }

  const CsvRecord& record_;
  const Columns& columns_;
  const runtime::StatementConfig& config_;
  const std::optional<domain::Currency>& currency_default_;
  std::vector<StatementError>& errors_;
};

/// Complete only without errors.
Columns read_header(const CsvRecord& header, const runtime::StatementConfig& config,
                    std::vector<StatementError>& errors) {
  Columns columns;
  columns.names = {config.refund_id, config.charge_id, config.currency,
                   config.amount,    config.status,    config.created_at};
  columns.width = header.fields.size();
  if (!header.problem.empty()) {
    errors.push_back({header.line, "", header.problem});
    return columns;
  }
  for (std::size_t column = 0; column < k_column_count; ++column) {
    const auto& name = columns.names[column];
    const auto count = name.empty() ? 0 : std::ranges::count(header.fields, name);
    if (!name.empty() && count != 1) {
      errors.push_back({header.line, name,
                        count == 0 ? "the column is missing" : "the column stands there twice"});
    }
    columns.places[column] = count != 1
                                 ? k_no_place
                                 : static_cast<std::size_t>(std::ranges::find(header.fields, name) -
                                                            header.fields.begin());
  }
  return columns;
}

Problem problem_of_record(const CsvRecord& record, const Columns& columns) {
  if (!record.problem.empty()) {
    return record.problem;
  }
  if (record.fields.size() != columns.width) {
    return "has " + std::to_string(record.fields.size()) + " fields instead of " +
           std::to_string(columns.width);
  }
  return std::nullopt;
}

}  // namespace

Statement read_statement_file(std::string_view content, const runtime::StatementConfig& config,
                              const std::optional<domain::Currency>& currency_default) {
  Statement statement;
  CsvReader reader{content};
  const auto header = reader.next();
  if (!header) {
    statement.errors.push_back({1, "", "the file is empty: its first line names the columns"});
    return statement;
  }
  const Columns columns = read_header(*header, config, statement.errors);
  if (!statement.errors.empty()) {
    return statement;
  }
  std::unordered_map<std::string, std::size_t> lines;  // by refund
  while (const auto record = reader.next()) {
    if (statement.lines.size() == k_statement_lines_max) {
      statement.errors.push_back({record->line, "",
                                  "a statement has at most " +
                                      std::to_string(k_statement_lines_max) +
                                      " lines: split it by days"});
      break;
    }
    if (auto problem = problem_of_record(*record, columns)) {
      statement.errors.push_back({record->line, "", std::move(*problem)});
      continue;
    }
    auto line = LineReader{*record, columns, config, currency_default, statement.errors}.read();
    if (!line) {
      continue;
    }
    const auto [known, is_new] = lines.try_emplace(line->refund_id, line->line);
    if (!is_new) {
      statement.errors.push_back(
          {line->line, config.refund_id,
           "the refund also stands on line " + std::to_string(known->second)});
      continue;
    }
    statement.lines.push_back(std::move(*line));
  }
  return statement;
}

std::optional<std::int64_t> parse_amount(std::string_view text, runtime::StatementAmountUnit unit,
                                         const domain::Currency& currency) {
  if (unit == runtime::StatementAmountUnit::minor || currency.exponent() == 0) {
    return parse_total_minor(text);
  }
  const auto point = text.find('.');
  const auto places = static_cast<std::size_t>(currency.exponent());
  if (point == std::string_view::npos || point == 0 || text.size() - point - 1 != places) {
    return std::nullopt;
  }
  std::string digits{text.substr(0, point)};
  digits += text.substr(point + 1);
  return digits.find_first_not_of("0123456789") == std::string::npos ? parse_total_minor(digits)
                                                                     : std::nullopt;
}

std::optional<StatementTime> parse_statement_time(std::string_view text) {
  if (const auto time = domain::parse_rfc3339(text)) {
    return StatementTime{*time, /*is_local=*/false};
  }
  for (const char* rest : {"Z", ":00Z", "T00:00:00Z"}) {
    if (const auto time = domain::parse_rfc3339(std::string{text} + rest)) {
      return StatementTime{*time, /*is_local=*/true};
    }
  }
  return std::nullopt;
}

}  // namespace commands
