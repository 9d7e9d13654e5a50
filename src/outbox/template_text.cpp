#include "outbox/template_text.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace outbox {

/// Reads a text from its beginning to its end, once.
class TemplateParser {
 public:
  explicit TemplateParser(std::string_view text) : text_{text} {}

  std::variant<TemplateText, TemplateMistake> parse() {
    while (at_ < text_.size()) {
      if (auto mistake = read_words_and_tag()) {
        return *std::move(mistake);
      }
    }
    if (!open_block_.empty()) {
      return mistake_at(open_at_, "{{#" + open_block_ + "}} has no {{/" + open_block_ + "}}");
    }
    return std::move(result_);
  }

 private:
  using PartKind = TemplateText::PartKind;

  std::optional<TemplateMistake> read_words_and_tag() {
    const auto open = text_.find("{{", at_);
    add(PartKind::words, text_.substr(at_, open - at_));
    if (open == std::string_view::npos) {
      at_ = text_.size();
      return std::nullopt;
    }
    const auto line_end = text_.find('\n', open);
    const auto close = text_.substr(0, line_end).find("}}", open);
    if (close == std::string_view::npos) {
      return mistake_at(open, "{{ has no }} on its line");
    }
    at_ = close + 2;
    return read_tag(open, text_.substr(open + 2, close - open - 2));
  }

  std::optional<TemplateMistake> read_tag(std::size_t open, std::string_view tag) {
    const bool begins = tag.starts_with('#');
    const bool ends = tag.starts_with('/');
    const std::string name{tag.substr(begins || ends ? 1 : 0)};
    if (!is_name(name)) {
      return mistake_at(open, "{{" + std::string{tag} + "}} is not a name of a-z and _");
    }
    if (begins) {
      return begin_block(open, name);
    }
    if (ends) {
      return end_block(open, name);
    }
    add(PartKind::value, name);
    return std::nullopt;
  }

  std::optional<TemplateMistake> begin_block(std::size_t open, const std::string& name) {
    if (!open_block_.empty()) {
      return mistake_at(open, "{{#" + name + "}} stands within {{#" + open_block_ + "}}");
    }
    open_block_ = name;
    open_at_ = open;
    add(PartKind::block_begin, name);
    return std::nullopt;
  }

  std::optional<TemplateMistake> end_block(std::size_t open, const std::string& name) {
    if (name != open_block_) {
      return mistake_at(open, "{{/" + name + "}} ends no block that is open");
    }
    const bool begins_line = open_at_ == 0 || text_[open_at_ - 1] == '\n';
    if (begins_line && at_ < text_.size() && text_[at_] == '\n') {
      add(PartKind::words, "\n");
      ++at_;
    }
    add(PartKind::block_end, name);
    open_block_.clear();
    return std::nullopt;
  }

  static bool is_name(std::string_view name) {
    return !name.empty() && std::ranges::all_of(name, [](char letter) {
      return (letter >= 'a' && letter <= 'z') || letter == '_';
    });
  }

  void add(PartKind kind, std::string_view text) {
    if (!text.empty()) {
      result_.parts_.push_back({kind, std::string{text}});
    }
  }

  [[nodiscard]] TemplateMistake mistake_at(std::size_t at, std::string message) const {
    const auto line_breaks = std::ranges::count(text_.substr(0, at), '\n');
    return {static_cast<std::size_t>(line_breaks) + 1, std::move(message)};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string open_block_;   // empty: none is open
  std::size_t open_at_ = 0;  // where its tag stands
  TemplateText result_;
};

namespace {

std::string_view value_of(const Values& values, std::string_view name) {
  const auto found = values.find(name);
  return found == values.end() ? std::string_view{} : found->second;
}

void append_html(std::string& text, std::string_view value) {
  for (const char letter : value) {
    switch (letter) {
      case '&':
        text += "&amp;";
        break;
      case '<':
        text += "&lt;";
        break;
      case '>':
        text += "&gt;";
        break;
      case '"':
        text += "&quot;";
        break;
      case '\'':
        text += "&#39;";
        break;
      default:
        text += letter;
    }
  }
}

void append(std::string& text, std::string_view value, Escaping escaping) {
  switch (escaping) {
    case Escaping::none:
      text += value;
      return;
    case Escaping::html:
      append_html(text, value);
      return;
  }
}

}  // namespace

std::variant<TemplateText, TemplateMistake> TemplateText::parse(std::string_view text) {
  return TemplateParser{text}.parse();
}

Names TemplateText::placeholders() const {
  return names_of(PartKind::value);
}

Names TemplateText::conditions() const {
  return names_of(PartKind::block_begin);
}

std::string TemplateText::render(const Values& values, Escaping escaping) const {
  std::string text;
  bool is_left_out = false;
  for (const Part& part : parts_) {
    switch (part.kind) {
      case PartKind::words:
        text += is_left_out ? "" : part.text;
        break;
      case PartKind::value:
        append(text, is_left_out ? "" : value_of(values, part.text), escaping);
        break;
      case PartKind::block_begin:
        is_left_out = value_of(values, part.text).empty();
        break;
      case PartKind::block_end:
        is_left_out = false;
        break;
    }
  }
  return text;
}

Names TemplateText::names_of(PartKind kind) const {
  Names names;
  for (const Part& part : parts_) {
    if (part.kind == kind) {
      names.insert(part.text);
    }
  }
  return names;
}

}  // namespace outbox
