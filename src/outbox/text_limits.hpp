// UTF-8 text made to fit where there is a limit or a line to keep to. Pure; bytes that are not
// UTF-8 are carried along, never a reason to fail.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace outbox {

/// The longest beginning of `text` of at most `bytes_max` bytes (at least 4) that splits no
/// character. Not empty unless `text` is.
std::string_view beginning_of(std::string_view text, std::size_t bytes_max);

/// `text`, or as much of it as leaves room for a final "…", in at most `characters_max` characters.
///
/// Counted in UTF-16 code units, the stricter of the two ways in which receivers count: an emoji is
/// two.
std::string cut_to(std::string_view text, std::size_t characters_max);

/// With a space in place of each ASCII control character: what a header may carry.
std::string one_line(std::string_view text);

}  // namespace outbox
