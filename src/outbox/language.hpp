// The languages in which people are told about refunds, and a phrase in all of them.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace outbox {

enum class Language { en, ja, th };

inline constexpr std::array k_languages{Language::en, Language::ja, Language::th};

/// "en", "ja", "th": the folder of its templates, and the `lang` of its HTML.
std::string_view to_string(Language language);

/// The primary subtag of a BCP 47 tag ("ja-JP", "TH") in any case. nullopt: not one of ours.
std::optional<Language> parse_language(std::string_view tag);

/// One thing to say, in every language.
struct Phrase {
  std::string_view en;
  std::string_view ja;
  std::string_view th;
};

std::string_view in(Language language, const Phrase& phrase);

/// The phrase with `value` in the place of its first "{}".
std::string say(Language language, const Phrase& phrase, std::string_view value);

}  // namespace outbox
