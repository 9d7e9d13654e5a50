#include "commands/language.hpp"

#include <algorithm>

namespace commands {

std::optional<Language> parse_language(std::string_view code) {
  if (code == "en") {
    return Language::english;
  }
  return code == "ja" ? std::optional{Language::japanese} : std::nullopt;
}

std::string_view in(Language language, const Phrase& phrase) {
  switch (language) {
    case Language::english:
      return phrase.english;
    case Language::japanese:
      return phrase.japanese;
  }
  __builtin_unreachable();
}

std::string say(Language language, const Phrase& phrase, Values values) {
  std::string text;
  auto rest = in(language, phrase);
  for (;;) {
    const auto open = rest.find('{');
    text += rest.substr(0, open);
    if (open == std::string_view::npos) {
      return text;
    }
    const auto close = rest.find('}', open);
    const auto name = rest.substr(open + 1, close - open - 1);
    const auto* value =
        std::ranges::find(values, name, [](const auto& entry) { return entry.first; });
    text += value == values.end() ? std::string_view{} : value->second;
    rest.remove_prefix(close + 1);
  }
}

}  // namespace commands
