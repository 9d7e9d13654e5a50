// The templates of a folder, all languages, read and checked once: a bad template stops the start,
// not the send.
//
//   FOLDER/{en,ja,th}/NAME.subject.txt   one line
//                     NAME.txt           what text-only mail clients show
//                     NAME.html          a whole document
//
// Which names there are, and what each template may and must show: template_contract.hpp.
#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "outbox/language.hpp"
#include "outbox/outgoing.hpp"
#include "outbox/template_text.hpp"

namespace outbox {

inline constexpr std::size_t k_template_file_max_bytes = std::size_t{64} * 1024;
inline constexpr std::size_t k_subject_characters_max = 200;

/// Sentences for an operator, each with its file: "ja/refund_complete.txt is missing".
using TemplateProblems = std::vector<std::string>;

/// Immutable, owns everything: any number of threads may render at once.
class TemplateSet {
 public:
  /// Blocks on the file system. All problems of all files, or a set without any.
  static std::variant<TemplateSet, TemplateProblems> load(const std::filesystem::path& folder);

  /// nullopt: there is no such template. `values` may be what strangers wrote: value_text.hpp says
  /// what becomes of it, and the HTML holds it escaped.
  [[nodiscard]] std::optional<Rendered> render(std::string_view template_name, Language language,
                                               const Values& values) const;

 private:
  struct Texts {
    TemplateText subject;
    TemplateText text;
    TemplateText html;
  };
  using Translations = std::array<Texts, k_languages.size()>;

  std::map<std::string, Translations, std::less<>> templates_;
};

}  // namespace outbox
