// How a source's statement files are written: which column says what, and in which words.
#pragma once

#include <string>
#include <vector>

namespace runtime {

enum class StatementAmountUnit {
  minor,  // whole minor units: 100050
  major,  // decimal text with the currency's decimal places: 1000.50
};

struct StatementConfig {
  // Names of the columns, as the file's first line writes them.
  std::string refund_id;  // empty: the source has no [source.statement]
  std::string charge_id;  // empty, as the next one: the file has no such column
  std::string currency;   // without it every line is in the source's currency_default
  std::string amount;
  std::string status;
  std::string created_at;
  StatementAmountUnit amount_unit = StatementAmountUnit::minor;

  // The words of the status column, compared exactly.
  std::vector<std::string> pending;
  std::vector<std::string> successful;
  std::vector<std::string> failed;
  std::vector<std::string> canceled;

  [[nodiscard]] bool is_given() const { return !refund_id.empty(); }
};

}  // namespace runtime
