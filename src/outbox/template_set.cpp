#include "outbox/template_set.hpp"

#include <utility>

#include "outbox/template_contract.hpp"
#include "outbox/template_file.hpp"
#include "outbox/text_limits.hpp"
#include "outbox/value_text.hpp"

namespace outbox {
namespace {

template <typename Clean>
Values each(const Values& values, Clean clean) {
  Values cleaned;
  for (const auto& [name, value] : values) {
    cleaned.emplace(name, clean(value));
  }
  return cleaned;
}

}  // namespace

std::variant<TemplateSet, TemplateProblems> TemplateSet::load(const std::filesystem::path& folder) {
  std::error_code error;
  if (!std::filesystem::is_directory(folder, error)) {
    return TemplateProblems{folder.string() + " is not a folder"};
  }
  TemplateSet set;
  TemplateProblems problems;
  for (const TemplateContract& contract : template_contracts()) {
    const std::string name{contract.name};
    Translations& translations = set.templates_[name];
    for (const Language language : k_languages) {
      const auto read = [&](const char* ending, TemplateForm form) {
        const auto file = std::filesystem::path{to_string(language)} / (name + ending);
        CheckedTemplate checked = read_template(folder, file, contract, form);
        problems.insert(problems.end(), checked.problems.begin(), checked.problems.end());
        return std::move(checked.text);
      };
      translations.at(static_cast<std::size_t>(language)) = {
          .subject = read(".subject.txt", TemplateForm::subject),
          .text = read(".txt", TemplateForm::text),
          .html = read(".html", TemplateForm::html),
      };
    }
  }
  if (!problems.empty()) {
    return problems;
  }
  return set;
}

std::optional<Rendered> TemplateSet::render(std::string_view template_name, Language language,
                                            const Values& values) const {
  const auto found = templates_.find(template_name);
  if (found == templates_.end()) {
    return std::nullopt;
  }
  const Texts& texts = found->second.at(static_cast<std::size_t>(language));
  const Values in_a_line = each(values, value_in_line);
  const Values in_a_body = each(values, value_in_body);
  return Rendered{
      .subject = cut_to(texts.subject.render(in_a_line, Escaping::none), k_subject_characters_max),
      .text = texts.text.render(in_a_body, Escaping::none),
      .html = texts.html.render(in_a_body, Escaping::html),
  };
}

}  // namespace outbox
