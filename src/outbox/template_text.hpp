// One template text: words with places for values.
//
//   {{order_id}}                the value of that name; names are [a-z_]+
//   {{#reason}} … {{/reason}}   left out where that value is empty; holds no other block
//
// A block that begins and ends a line takes the line's end with it, so that a line left out leaves
// no blank one. Values are written as they are, never parsed: "{{" in a value is two braces.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace outbox {

/// Values by name, UTF-8. A name that is missing counts as empty.
using Values = std::map<std::string, std::string, std::less<>>;

using Names = std::set<std::string, std::less<>>;

enum class Escaping {
  none,
  html,  // & < > " ' become references: for element content and quoted attributes
};

/// Why a text is no template, for the person who wrote it.
struct TemplateMistake {
  std::size_t line = 0;  // from 1
  std::string message;   // "{{Name}} is not a name of a-z and _"
};

/// Immutable, owns its text. The default one is empty.
class TemplateText {
 public:
  static std::variant<TemplateText, TemplateMistake> parse(std::string_view text);

  /// The values that it shows.
  [[nodiscard]] Names placeholders() const;

  /// The values that decide about its blocks.
  [[nodiscard]] Names conditions() const;

  [[nodiscard]] std::string render(const Values& values, Escaping escaping) const;

 private:
  friend class TemplateParser;

  enum class PartKind { words, value, block_begin, block_end };

  struct Part {
    PartKind kind;
    std::string text;  // the words, or the name
  };

  [[nodiscard]] Names names_of(PartKind kind) const;

  std::vector<Part> parts_;
};

}  // namespace outbox
