// Comma-separated values as RFC 4180 has them: fields may stand in double quotes, a quote in them
// is doubled; CRLF or LF; a byte order mark at the beginning is skipped. What the fields hold,
// their encoding included, is the caller's matter.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace commands {

struct CsvRecord {
  std::size_t line = 0;  // where it begins, from 1
  std::string_view raw;  // as it stands in the text, without its line ending
  std::vector<std::string> fields;
  std::string problem;  // why it is no record, for a person; empty: it is one
};

class CsvReader {
 public:
  /// `text` outlives the reader and its records.
  explicit CsvReader(std::string_view text);

  /// nullopt at the end. Empty lines are skipped. After a record with a problem the next line is
  /// the next record, so that all problems of a file can be named.
  std::optional<CsvRecord> next();

 private:
  void skip_empty_lines();
  std::string read_field(std::string& problem);
  std::string read_quoted(std::string& problem);
  bool take(std::string_view expected);
  [[nodiscard]] bool at_line_end() const;
  void end_line();

  std::string_view rest_;
  std::size_t line_ = 1;
};

}  // namespace commands
