#include "commands/order_lines.hpp"

#include <algorithm>
#include <array>

#include "commands/csv.hpp"
#include "commands/order_agreement.hpp"
#include "commands/order_columns.hpp"

namespace commands {
namespace {

// The order of an OrderFileLine; the file's own order is in its first line.
enum Column : std::size_t { order_id, source, charge_id, currency, total_minor, email, locale };

constexpr std::array<std::string_view, 7> k_columns{
    "order_id",    "source",         "charge_id",      "currency",
    "total_minor", "customer_email", "customer_locale"};

using Places = std::array<std::size_t, k_columns.size()>;  // of each column in a record

/// One line's fields on their way to an OrderFileLine; every mistake is collected.
class LineReader {
 public:
  LineReader(const CsvRecord& record, const Places& places, std::vector<OrderFileError>& errors)
      : record_{record}, places_{places}, errors_{errors} {}

  std::optional<OrderFileLine> read(std::span<const providers::Source> sources) {
    const auto error_count = errors_.size();
    const auto* known_source = read_source(sources);
    const auto total = read_total();
    check(Column::order_id, problem_of_id);
    check_unless_empty(Column::charge_id, problem_of_id);
    check_unless_empty(Column::email, problem_of_email);
    check_unless_empty(Column::locale, problem_of_locale);
    if (errors_.size() != error_count) {
      return std::nullopt;
    }
    return OrderFileLine{record_.line,      record_.raw,           at(Column::order_id),
                         known_source,      at(Column::charge_id), *total,
                         at(Column::email), at(Column::locale),    {}};
  }

 private:
  [[nodiscard]] const std::string& at(Column column) const {
    return record_.fields[places_[column]];
  }

  void fail(Column column, std::string message) {
    errors_.push_back({record_.line, std::string{k_columns[column]}, std::move(message)});
  }

  template <typename ProblemOf>
  bool check(Column column, ProblemOf problem_of) {
    auto problem = problem_of_text(at(column));
    problem = problem ? problem : problem_of(at(column));
    if (problem) {
      fail(column, *problem);
    }
    return !problem;
  }

  template <typename ProblemOf>
  void check_unless_empty(Column column, ProblemOf problem_of) {
    if (!at(column).empty()) {
      check(column, problem_of);
    }
  }

  const providers::Source* read_source(std::span<const providers::Source> sources) {
    const auto found = std::ranges::find(sources, at(Column::source), &providers::Source::name);
    const bool is_known = found != sources.end();
    check(Column::source, [&](std::string_view name) {
      return is_known ? std::nullopt : Problem{"no source is called \"" + std::string{name} + "\""};
    });
    return is_known ? &*found : nullptr;
  }

  std::optional<domain::Money> read_total() {
    const auto known_currency = domain::Currency::parse(at(Column::currency));
    const auto amount_minor = parse_total_minor(at(Column::total_minor));
    check(Column::currency, [&](std::string_view) {
      return known_currency ? std::nullopt
                            : Problem{"must be a currency of ISO 4217, like \"THB\""};
    });
    check(Column::total_minor, [&](std::string_view) {
      return amount_minor ? std::nullopt
                          : Problem{"must be a whole number from 1 to 9223372036854775807"};
    });
    if (!known_currency || !amount_minor) {
      return std::nullopt;
    }
    return domain::Money{*amount_minor, *known_currency};
  }

  const CsvRecord& record_;
  const Places& places_;
  std::vector<OrderFileError>& errors_;
};

void refuse_unknown_columns(const CsvRecord& header, std::vector<OrderFileError>& errors) {
  for (const auto& name : header.fields) {
    if (std::ranges::find(k_columns, name) == k_columns.end()) {
      errors.push_back({header.line, name, "is not a column of an order file"});
    }
  }
}

/// Complete only without errors.
Places read_header(const CsvRecord& header, std::vector<OrderFileError>& errors) {
  Places places{};
  if (!header.problem.empty()) {
    errors.push_back({header.line, "", header.problem});
    return places;
  }
  for (std::size_t column = 0; column < k_columns.size(); ++column) {
    const auto count = std::ranges::count(header.fields, k_columns[column]);
    if (count != 1) {
      errors.push_back({header.line, std::string{k_columns[column]},
                        count == 0 ? "the column is missing" : "the column stands there twice"});
    }
    places[column] = static_cast<std::size_t>(std::ranges::find(header.fields, k_columns[column]) -
                                              header.fields.begin());
  }
  refuse_unknown_columns(header, errors);
  return places;
}

/// What is wrong with the record as a whole.
Problem problem_of_record(const CsvRecord& record) {
  if (!record.problem.empty()) {
    return record.problem;
  }
  if (record.fields.size() != k_columns.size()) {
    return "has " + std::to_string(record.fields.size()) + " fields instead of " +
           std::to_string(k_columns.size());
  }
  return std::nullopt;
}

void read_records(CsvReader& reader, const CsvRecord& header, const Places& places,
                  std::span<const providers::Source> sources, OrderFile& file) {
  OrderAgreement agreement;
  for (std::size_t count = 0; const auto record = reader.next(); ++count) {
    if (count == k_order_lines_max) {
      file.errors.push_back(
          {record->line, "",
           "an order file has at most " + std::to_string(k_order_lines_max) + " lines: split it"});
      return;
    }
    if (auto problem = problem_of_record(*record)) {
      file.errors.push_back({record->line, "", std::move(*problem)});
    } else if (auto line = LineReader{*record, places, file.errors}.read(sources)) {
      line->columns = header.raw;
      agreement.check(*line, file.errors);
      file.lines.push_back(std::move(*line));
    }
  }
}

}  // namespace

OrderFile read_order_file(std::string_view content, std::span<const providers::Source> sources) {
  OrderFile file;
  CsvReader reader{content};
  const auto header = reader.next();
  if (!header) {
    file.errors.push_back({1, "", "the file is empty: its first line names the columns"});
    return file;
  }
  const Places places = read_header(*header, file.errors);
  if (file.errors.empty()) {
    read_records(reader, *header, places, sources, file);
  }
  return file;
}

}  // namespace commands
