// The text of one log line. Pure, so that what an outsider's bytes become is tested without a log.
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>

#include "runtime/config.hpp"
#include "runtime/log.hpp"

namespace runtime {

struct LogLine {
  LogLevel level = LogLevel::info;
  std::chrono::sys_time<std::chrono::milliseconds> time{};
  std::string_view message;
  std::span<const Field> fields;
};

/// Without a newline at the end, and with none inside; printable ASCII only.
///
///   text: 2026-11-21T20:00:00.123Z info message key=value key="quoted value"
///   json: {"ts":"2026-11-21T20:00:00.123Z","level":"info","msg":"message","key":"value"}
///
/// Control characters and bytes outside ASCII become \n, \t, \r or \xNN (in JSON the backslash is
/// escaped once more); a value longer than k_log_value_max is cut there and ends in "...".
/// For the journal, which keeps time and level beside it, "message key=value …".
std::string format_line(LogFormat format, const LogLine& line);

}  // namespace runtime
