// Times as an operator types them.
#pragma once

#include <optional>
#include <string_view>

#include "domain/time.hpp"

namespace commands {

/// "2026-01-31T10:00:00Z", any offset, or "2026-01-31": the day's beginning in UTC.
std::optional<domain::Time> parse_time(std::string_view text);

}  // namespace commands
