// Days of the calendar, and what they are in a time zone. The time zones are PostgreSQL's tzdata:
// views and the closed days of the ledger cut their days with the same.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/time.hpp"
#include "store/connection.hpp"

namespace store {

using Day = std::chrono::sys_days;

/// "2026-01-31".
std::string day_text(Day day);

/// nullopt where it is not that.
std::optional<Day> parse_day(std::string_view text);

struct Days {
  Day first;
  Day last;  // included
};

struct Span {
  domain::Time from{};
  domain::Time to{};  // not included
};

/// From the first day's beginning to the last day's end. Blocks; throws Failure, as the next two.
Span span_of(Connection& connection, const std::string& time_zone, const Days& days);

/// The day before the one that it is at `now`.
Day yesterday_of(Connection& connection, const std::string& time_zone, domain::Time now);

/// Times of that time zone, each given as if it were UTC.
std::vector<domain::Time> times_of_local(Connection& connection, const std::string& time_zone,
                                         std::span<const domain::Time> local);

}  // namespace store
