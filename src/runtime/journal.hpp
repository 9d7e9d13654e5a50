// The system's journal: a log line with its fields, so that `journalctl REFUNDD_REFUND_ID=…` finds
// it. See sd_journal_send(3), systemd.journal-fields(7).
#pragma once

#include <string>
#include <vector>

#include "runtime/log_line.hpp"

namespace runtime {

/// A journal takes lines here. Where none does, libsystemd drops them without a word.
bool has_journal();

/// "NAME=value" for each field of the journal: MESSAGE, PRIORITY, SYSLOG_IDENTIFIER, and REFUNDD_
/// with the key in capitals for each of ours. Pure.
std::vector<std::string> journal_fields(const LogLine& line);

/// What systemd takes a line's level from where standard error goes to its journal: "<4>". See
/// sd-daemon(3).
std::string level_prefix(LogLevel level);

/// Standard error is the journal's, by $JOURNAL_STREAM: see systemd.exec(5).
bool is_stderr_the_journals();

/// Thread-safe. False: the journal did not take it.
bool send_to_journal(const LogLine& line);

}  // namespace runtime
