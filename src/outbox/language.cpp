#include "outbox/language.hpp"

#include <algorithm>

namespace outbox {
namespace {

char lower(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

}  // namespace

std::string_view to_string(Language language) {
  switch (language) {
    case Language::en:
      return "en";
    case Language::ja:
      return "ja";
    case Language::th:
      return "th";
  }
  __builtin_unreachable();
}

std::optional<Language> parse_language(std::string_view tag) {
  // POSIX writes "ja_JP": shops' data has both.
  const auto primary = tag.substr(0, tag.find_first_of("-_"));
  for (const Language language : k_languages) {
    if (std::ranges::equal(primary, to_string(language), {}, lower)) {
      return language;
    }
  }
  return std::nullopt;
}

std::string_view in(Language language, const Phrase& phrase) {
  switch (language) {
    case Language::en:
      return phrase.en;
    case Language::ja:
      return phrase.ja;
    case Language::th:
      return phrase.th;
  }
  __builtin_unreachable();
}

std::string say(Language language, const Phrase& phrase, std::string_view value) {
  std::string text{in(language, phrase)};
  if (const auto place = text.find("{}"); place != std::string::npos) {
    text.replace(place, 2, value);
  }
  return text;
}

}  // namespace outbox
