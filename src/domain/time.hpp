// Points in time as the providers write them and as PostgreSQL keeps them.
//
// The domain never asks what time it is: every time is a parameter.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace domain {

/// UTC, whole microseconds: the resolution of PostgreSQL's timestamptz, so that a value that was
/// stored and read again compares equal to itself.
using Time = std::chrono::sys_time<std::chrono::microseconds>;

/// Parses an RFC 3339 date-time ("2026-01-31T10:03:34Z", any offset, up to nine fraction digits,
/// of which six are kept; "T" may be a space). Years 0001 to 9999. Anything else, an impossible
/// calendar day included, is nullopt. A leap second (":60") counts as the second after ":59".
std::optional<Time> parse_rfc3339(std::string_view text);

/// "2026-01-31T10:03:34Z", or with six fraction digits where the time is not a whole second.
std::string format_rfc3339(Time time);

}  // namespace domain
