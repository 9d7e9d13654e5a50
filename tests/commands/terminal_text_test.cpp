#include "commands/terminal_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "commands/table.hpp"
#include "commands/terminal_json.hpp"

namespace {

using commands::display_width;
using commands::printable;
using commands::Table;
using namespace std::string_view_literals;

TEST(TerminalTextTest, EscapesWhatATerminalObeys) {
  const std::vector<std::pair<std::string_view, std::string_view>> cases = {
      {"plain, 返金 ü 👍", "plain, 返金 ü 👍"},
      {"\x1b[2J", "\\x1b[2J"},
      {"a\nb\r\tc\a", "a\\nb\\r\\tc\\x07"},
      {"\0"sv, "\\x00"},
      {"\x7f", "\\x7f"},
      {"\xC2\x9B"
       "31m",
       "\\u{9b}31m"},                                // CSI in one character
      {"\xE2\x80\xAE", "\\u{202e}"},                 // right-to-left override
      {"\xE2\x80\xA8", "\\u{2028}"},                 // line separator
      {"\x9B", "\\x9b"},                             // a byte that begins no character
      {"\xC0\xAF", "\\xc0\\xaf"},                    // overlong
      {"\xED\xA0\x80", "\\xed\\xa0\\x80"},           // surrogate
      {"\xF4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},  // beyond Unicode
      {"\xE8\xBF", "\\xe8\\xbf"},                    // cut off
  };
  for (const auto& [text, expected] : cases) {
    EXPECT_EQ(printable(text), expected);
  }
}

TEST(TerminalTextTest, CountsColumns) {
  const std::vector<std::pair<std::string_view, std::size_t>> cases = {
      {"", 0},       {"abc", 3},       {"返金", 4},           {"ﾊﾝｶｸ", 4}, {"（a）", 5},
      {"é", 1},      {"e\xCC\x81", 1}, {"한국", 4},           {"คืน", 2},   {"👍", 2},
      {"１２３", 6}, {"·", 1},         {"か\xE3\x82\x99", 2},
  };
  for (const auto& [text, width] : cases) {
    EXPECT_EQ(display_width(text), width) << text;
  }
}

TEST(TerminalTextTest, ShortensToColumnsAndNeverInsideACharacter) {
  const std::vector<std::pair<std::string_view, std::string_view>> cases = {
      {"", ""},         {"12345", "12345"},  {"123456", "1234…"},
      {"返金", "返金"}, {"返金済", "返金…"}, {"1返金済", "1返…"},
  };
  for (const auto& [text, expected] : cases) {
    EXPECT_EQ(commands::shortened(text, 5), expected);
  }
}

TEST(TableTest, AlignsColumnsOfWideCharacters) {
  Table table{{"状態", "amount", "note"}};
  table.add_row({"処理中", "1", ""});
  table.add_row({"ok", "12345678", "x"});
  std::ostringstream out;
  table.print(out, "> ");
  EXPECT_EQ(out.str(),
            "> 状態    amount    note\n"
            "> 処理中  1\n"
            "> ok      12345678  x\n");
}

TEST(TableTest, PrintsNoControlCharacter) {
  Table table{{"a", "b"}};
  table.add_row({"\x1b]0;title\a", "two\nlines"});
  std::ostringstream out;
  table.print(out);
  EXPECT_EQ(out.str(), "a                 b\n\\x1b]0;title\\x07  two\\nlines\n");
}

TEST(TerminalJsonTest, IsPlainAscii) {
  std::ostringstream out;
  commands::print_json({{"a", "\x1b\xC2\x9B返\xFF"}}, out);
  EXPECT_EQ(out.str(), "{\n  \"a\": \"\\u001b\\u009b\\u8fd4\\ufffd\"\n}\n");
}

}  // namespace
