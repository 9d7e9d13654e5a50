// One audit entry as one line of the compliance file. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "store/audit_lines.hpp"

namespace outbox {

/// Longer than any line that an accepted event can lead to.
inline constexpr std::size_t k_audit_line_bytes_max = 16 << 20;

/// A JSON object with every field of the entry in the order of the table, and a newline. Times are
/// RFC 3339 in UTC with six fraction digits, hashes hexadecimal; what is NULL is null. ASCII only:
/// other characters are escaped, so that none of them can steer a terminal. The same entry always
/// gives the same bytes: a line is proved by writing it again.
std::string audit_line(const store::AuditEntryRow& entry);

/// The id in a line as audit_line writes it; nullopt: it begins in another way.
std::optional<std::int64_t> audit_id_of(std::string_view line);

}  // namespace outbox
