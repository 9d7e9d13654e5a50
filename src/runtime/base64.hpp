// RFC 4648 section 4, with padding and without line breaks, by OpenSSL. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace runtime {

std::string encode_base64(std::string_view bytes);

/// Canonical only: padding required, no blanks, no stray bits. nullopt otherwise.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace runtime
