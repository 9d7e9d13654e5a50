// The languages in which refundctl explains a refund.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace commands {

enum class Language { english, japanese };

/// "en" and "ja".
std::optional<Language> parse_language(std::string_view code);

/// One thing to say, in every language. A place to fill stands in braces: "{amount}".
struct Phrase {
  std::string_view english;
  std::string_view japanese;
};

std::string_view in(Language language, const Phrase& phrase);

using Values = std::initializer_list<std::pair<std::string_view, std::string_view>>;

/// The phrase with each place of that name filled. Values are not looked into for places.
std::string say(Language language, const Phrase& phrase, Values values = {});

}  // namespace commands
