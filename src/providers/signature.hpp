// The cryptography that webhook protocols are made of, by OpenSSL.
//
// Pure: what is kept for each thread is only work saved. Throws std::runtime_error only where
// OpenSSL itself fails (out of memory, broken install).
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "domain/event.hpp"

namespace providers {

domain::Sha256 sha256(std::string_view bytes);

/// Over the parts of the message, one after the other.
domain::Sha256 hmac_sha256(std::string_view key, std::initializer_list<std::string_view> parts);
domain::Sha256 hmac_sha256(std::string_view key, std::string_view message);

/// In time that does not depend on where the two differ.
bool equal_in_constant_time(const domain::Sha256& left, const domain::Sha256& right);

/// 64 lower case digits.
std::string to_hex(const domain::Sha256& digest);

/// Exactly 64 digits in any case, else nullopt.
std::optional<domain::Sha256> sha256_from_hex(std::string_view text);

}  // namespace providers
