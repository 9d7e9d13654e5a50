#include "runtime/journal.hpp"

#include <sys/stat.h>
#include <sys/uio.h>
#include <syslog.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace runtime {
namespace {

constexpr const char* k_socket = "/run/systemd/journal/socket";

int priority_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return LOG_DEBUG;
    case LogLevel::info:
      return LOG_INFO;
    case LogLevel::warn:
      return LOG_WARNING;
    case LogLevel::error:
      return LOG_ERR;
  }
  return LOG_ERR;
}

std::string name_of(std::string_view key) {
  std::string name = "REFUNDD_";
  for (const char c : key) {
    name += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return name;
}

}  // namespace

bool has_journal() {
  return ::access(k_socket, W_OK) == 0;
}

std::vector<std::string> journal_fields(const LogLine& line) {
  std::vector<std::string> fields{"MESSAGE=" + format_line(LogFormat::journald, line),
                                  "PRIORITY=" + std::to_string(priority_of(line.level)),
                                  "SYSLOG_IDENTIFIER=refundd"};
  for (const Field& field : line.fields) {
    fields.push_back(name_of(field.key) + "=" + field.value.substr(0, k_log_value_max));
  }
  return fields;
}

std::string level_prefix(LogLevel level) {
  return "<" + std::to_string(priority_of(level)) + ">";
}

bool is_stderr_the_journals() {
  const char* named = std::getenv("JOURNAL_STREAM");
  struct stat file {};
  if (named == nullptr || ::fstat(STDERR_FILENO, &file) != 0) {
    return false;
  }
  return named == std::to_string(file.st_dev) + ":" + std::to_string(file.st_ino);
}

bool send_to_journal(const LogLine& line) {
  auto fields = journal_fields(line);
  std::vector<iovec> parts(fields.size());
  std::ranges::transform(fields, parts.begin(), [](std::string& field) {
    return iovec{field.data(), field.size()};
  });
  return sd_journal_sendv(parts.data(), static_cast<int>(parts.size())) == 0;
}

}  // namespace runtime
