#include "outbox/template_file.hpp"

#include <algorithm>
#include <fstream>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include "outbox/template_set.hpp"
#include "runtime/utf8.hpp"

namespace outbox {
namespace {

/// Either content, or the problem in words that follow the file's name: "is missing".
struct Content {
  std::string text;
  std::string problem;
};

std::string with_line(std::string_view text, std::size_t at, std::string_view what) {
  const auto line = std::ranges::count(text.substr(0, at), '\n') + 1;
  return "line " + std::to_string(line) + ": " + std::string{what};
}

Content read_bounded(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    return {"", "is missing"};
  }
  if (!std::filesystem::is_regular_file(path, error)) {
    return {"", "is not a regular file"};
  }
  std::ifstream file{path, std::ios::binary};
  std::string text(k_template_file_max_bytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.is_open() || file.bad()) {
    return {"", "cannot be read"};
  }
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > k_template_file_max_bytes) {
    return {"", "is larger than " + std::to_string(k_template_file_max_bytes) + " bytes"};
  }
  return {std::move(text), ""};
}

// Editors on Windows end lines in \r\n; the mail is put together with \n.
void normalise_line_ends(std::string& text) {
  for (auto at = text.find("\r\n"); at != std::string::npos; at = text.find("\r\n", at)) {
    text.erase(at, 1);
  }
}

std::string problem_of_characters(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) {
    return "begins with a byte order mark";
  }
  if (const auto broken = runtime::find_broken_utf8(text)) {
    return with_line(text, *broken, "is not valid UTF-8");
  }
  for (std::size_t at = 0; at < text.size();) {
    const auto character = runtime::first_character(text.substr(at));
    if (runtime::is_control(*character.code_point) && text[at] != '\n' && text[at] != '\t') {
      return with_line(text, at, "holds a control character");
    }
    at += character.length;
  }
  return "";
}

Content read_content(const std::filesystem::path& path, TemplateForm form) {
  Content content = read_bounded(path);
  if (!content.problem.empty()) {
    return content;
  }
  normalise_line_ends(content.text);
  content.problem = problem_of_characters(content.text);
  if (form == TemplateForm::subject && content.text.ends_with('\n')) {
    content.text.pop_back();
  }
  if (!content.problem.empty()) {
    return content;
  }
  if (content.text.find_first_not_of(" \t\n") == std::string::npos) {
    content.problem = "is empty";
  } else if (form == TemplateForm::subject && content.text.find('\n') != std::string::npos) {
    content.problem = "is more than one line";
  }
  return content;
}

std::string braced(std::string_view name) {
  return "{{" + std::string{name} + "}}";
}

std::string list_of_values(const TemplateContract& contract) {
  std::string names{contract.required};
  for (const auto more : {contract.optional, contract.optional_own}) {
    names += more.empty() ? "" : " ";
    names += more;
  }
  return names;
}

std::vector<std::string> problems_of_values(const TemplateText& text,
                                            const TemplateContract& contract, TemplateForm form) {
  std::vector<std::string> problems;
  Names used = text.conditions();
  used.merge(text.placeholders());
  for (const std::string& name : used) {
    if (!may_show(contract, name)) {
      problems.push_back("shows " + braced(name) +
                         ", but its values are: " + list_of_values(contract));
    }
  }
  if (form == TemplateForm::subject) {
    return problems;
  }
  const Names shown = text.placeholders();
  for (const std::string_view name : split_names(contract.required)) {
    if (!shown.contains(name)) {
      problems.push_back("does not show " + braced(name));
    }
  }
  return problems;
}

}  // namespace

CheckedTemplate read_template(const std::filesystem::path& folder,
                              const std::filesystem::path& file, const TemplateContract& contract,
                              TemplateForm form) {
  CheckedTemplate checked;
  const auto report = [&](const std::string& problem) {
    checked.problems.push_back(file.generic_string() + " " + problem);
  };
  const Content content = read_content(folder / file, form);
  if (!content.problem.empty()) {
    report(content.problem);
    return checked;
  }
  auto parsed = TemplateText::parse(content.text);
  if (const auto* mistake = std::get_if<TemplateMistake>(&parsed)) {
    report("line " + std::to_string(mistake->line) + ": " + mistake->message);
    return checked;
  }
  checked.text = std::get<TemplateText>(std::move(parsed));
  std::ranges::for_each(problems_of_values(checked.text, contract, form), report);
  return checked;
}

}  // namespace outbox
