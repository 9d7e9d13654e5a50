#include "commands/table.hpp"

#include <algorithm>
#include <ostream>

#include "commands/terminal_text.hpp"
#include "runtime/check.hpp"

namespace commands {
namespace {

constexpr std::size_t k_gap = 2;

std::string line_of(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) {
  std::string line;
  for (std::size_t column = 0; column < cells.size(); ++column) {
    line += cells[column];
    line.append(widths[column] - display_width(cells[column]) + k_gap, ' ');
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

}  // namespace

Table::Table(std::vector<std::string> headings) : rows_{std::move(headings)} {}

void Table::add_row(std::vector<std::string> cells) {
  CHECK(cells.size() == rows_.front().size());
  for (auto& cell : cells) {
    cell = printable(cell);
  }
  rows_.push_back(std::move(cells));
}

void Table::print(std::ostream& out, std::string_view indent) const {
  std::vector<std::size_t> widths(rows_.front().size());
  for (const auto& row : rows_) {
    for (std::size_t column = 0; column < row.size(); ++column) {
      widths[column] = std::max(widths[column], display_width(row[column]));
    }
  }
  for (const auto& row : rows_) {
    out << indent << line_of(row, widths) << "\n";
  }
}

}  // namespace commands
