// The system's journal: a log line with its fields, so that `journalctl REFUNDD_REFUND_ID=…` finds
// it. See sd_journal_send(3), systemd.journal-fields(7).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "runtime/log_line.hpp"

namespace runtime {

/// A journal takes lines here. Where none does, libsystemd drops them without a word.
bool has_journal();

/// "NAME=value" for each field of the journal: MESSAGE, PRIORITY, SYSLOG_IDENTIFIER, and REFUNDD_
/// with the key in capitals for each of ours. Pure.
std::vector<std::string> journal_fields(const LogLine& line);

/// Thread-safe. False: the journal did not take it.
bool send_to_journal(const LogLine& line);

}  // namespace runtime
