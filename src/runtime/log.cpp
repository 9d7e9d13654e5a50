#include "runtime/log.hpp"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <chrono>

#include "runtime/journal.hpp"
#include "runtime/log_line.hpp"

namespace runtime {
namespace {

spdlog::level::level_enum level_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warn:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

// The process has one standard error, so the log is the one thing here that is global. spdlog gives
// the lock, the level and the sink; the line is ours, so no pattern of spdlog's ever sees a value.
struct Log {
  Log() { logger.set_pattern("%v"); }

  LogFormat format = LogFormat::text;
  bool names_levels = false;  // to systemd, which reads standard error
  spdlog::logger logger{"refundd", std::make_shared<spdlog::sinks::stderr_sink_mt>()};
};

Log& the_log() {
  static Log log;
  return log;
}

void write(LogLevel level, std::string_view message, std::initializer_list<Field> fields) {
  Log& log = the_log();
  if (!log.logger.should_log(level_of(level))) {
    return;
  }
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const LogLine line{level, now, message, {fields.begin(), fields.size()}};
  if (log.format == LogFormat::journald && send_to_journal(line)) {
    return;
  }
  std::string text = log.names_levels ? level_prefix(level) : "";
  text += format_line(log.format, line);
  log.logger.log(level_of(level), spdlog::string_view_t{text});
}

}  // namespace

void start_log(const LogConfig& config) {
  const bool is_lost = config.format == LogFormat::journald && !has_journal();
  the_log().format = is_lost ? LogFormat::text : config.format;
  the_log().names_levels = is_stderr_the_journals();
  set_log_level(config.level);
  if (is_lost) {
    log_warn("no journal takes log lines here: they are written as text");
  }
}

void set_log_level(LogLevel level) {
  the_log().logger.set_level(level_of(level));
}

void log_debug(std::string_view message, std::initializer_list<Field> fields) {
  write(LogLevel::debug, message, fields);
}

void log_info(std::string_view message, std::initializer_list<Field> fields) {
  write(LogLevel::info, message, fields);
}

void log_warn(std::string_view message, std::initializer_list<Field> fields) {
  write(LogLevel::warn, message, fields);
}

void log_error(std::string_view message, std::initializer_list<Field> fields) {
  write(LogLevel::error, message, fields);
}

}  // namespace runtime
