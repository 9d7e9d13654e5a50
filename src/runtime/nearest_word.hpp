// "Did you mean …?"
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace runtime {

/// The one of `known` that differs from `word` in the fewest letters, at most three; empty where
/// none is that near.
std::string nearest_word(std::string_view word, std::span<const std::string> known);

}  // namespace runtime
