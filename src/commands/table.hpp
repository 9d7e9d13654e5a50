// A table of text whose columns stand under each other, with East Asian characters too.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace commands {

class Table {
 public:
  explicit Table(std::vector<std::string> headings);

  /// As many cells as there are headings. Any text: it is made printable here.
  void add_row(std::vector<std::string> cells);

  /// The headings and then the rows, each after `indent`, the columns two blanks apart. Nothing
  /// follows the last text of a line.
  void print(std::ostream& out, std::string_view indent = "") const;

 private:
  std::vector<std::vector<std::string>> rows_;  // printable; the headings first
};

}  // namespace commands
