#include "commands/csv.hpp"

#include <algorithm>

namespace commands {

CsvReader::CsvReader(std::string_view text) : rest_{text} {
  take("\xEF\xBB\xBF");
}

std::optional<CsvRecord> CsvReader::next() {
  skip_empty_lines();
  if (rest_.empty()) {
    return std::nullopt;
  }
  CsvRecord record;
  record.line = line_;
  const auto begin = rest_;
  do {
    record.fields.push_back(read_field(record.problem));
  } while (record.problem.empty() && take(","));
  if (record.problem.empty() && !at_line_end()) {
    record.problem = "text follows a closing quote";
  }
  if (!record.problem.empty()) {
    rest_ = begin.substr(std::min(begin.find('\n'), begin.size()));
  }
  record.raw = begin.substr(0, begin.size() - rest_.size());
  line_ += static_cast<std::size_t>(std::count(record.raw.begin(), record.raw.end(), '\n'));
  end_line();
  return record;
}

void CsvReader::skip_empty_lines() {
  while (!rest_.empty() && at_line_end()) {
    end_line();
  }
}

std::string CsvReader::read_field(std::string& problem) {
  if (take("\"")) {
    return read_quoted(problem);
  }
  const auto begin = rest_;
  while (!at_line_end() && rest_.front() != ',') {
    if (rest_.front() == '"') {
      problem = "a quote stands in a field that does not begin with one";
      break;
    }
    rest_.remove_prefix(1);
  }
  return std::string{begin.substr(0, begin.size() - rest_.size())};
}

/// Behind the opening quote.
std::string CsvReader::read_quoted(std::string& problem) {
  std::string value;
  for (;;) {
    const auto quote = rest_.find('"');
    if (quote == std::string_view::npos) {
      problem = "a quote is never closed";
      return value;
    }
    value += rest_.substr(0, quote);
    rest_.remove_prefix(quote + 1);
    if (!take("\"")) {
      return value;
    }
    value += '"';
  }
}

bool CsvReader::take(std::string_view expected) {
  if (!rest_.starts_with(expected)) {
    return false;
  }
  rest_.remove_prefix(expected.size());
  return true;
}

bool CsvReader::at_line_end() const {
  return rest_.empty() || rest_.front() == '\n' || rest_.starts_with("\r\n");
}

void CsvReader::end_line() {
  if (take("\r\n") || take("\n")) {
    ++line_;
  }
}

}  // namespace commands
