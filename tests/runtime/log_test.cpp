#include "runtime/log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>
#include <stdexcept>
#include <vector>

#include "runtime/check.hpp"
#include "runtime/journal.hpp"
#include "runtime/log_line.hpp"
#include "runtime/spawn.hpp"

namespace runtime {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::MatchesRegex;

// 2026-11-21T20:00:00.123Z
constexpr std::chrono::sys_time<std::chrono::milliseconds> k_time{
    std::chrono::milliseconds{1795291200123}};

std::string line_of(LogFormat format, const std::vector<Field>& fields) {
  return format_line(format, {LogLevel::info, k_time, "request refused", fields});
}

std::string text_of(std::string_view value) {
  return line_of(LogFormat::text, {{"key", value}});
}

std::string json_of(std::string_view value) {
  return line_of(LogFormat::json, {{"key", value}});
}

TEST(LogLine, IsOneLineOfText) {
  EXPECT_EQ(line_of(LogFormat::text, {{"source", "omise-th"}, {"status", 401}}),
            "2026-11-21T20:00:00.123Z info request refused source=omise-th status=401");
}

TEST(LogLine, IsOneJsonObject) {
  EXPECT_EQ(line_of(LogFormat::json, {{"source", "omise-th"}, {"status", 401}}),
            R"({"ts":"2026-11-21T20:00:00.123Z","level":"info","msg":"request refused",)"
            R"("source":"omise-th","status":401})");
}

TEST(LogLine, IsAMessageWithFieldsForTheJournal) {
  const std::vector<Field> fields{{"refund_id", "rfnd_1\n\x1b"}, {"status", 401}};
  const LogLine line{LogLevel::warn, k_time, "request refused", fields};
  const std::vector<std::string> expected{
      "MESSAGE=request refused refund_id=\"rfnd_1\\n\\x1b\" status=401", "PRIORITY=4",
      "SYSLOG_IDENTIFIER=refundd", "REFUNDD_REFUND_ID=rfnd_1\n\x1b", "REFUNDD_STATUS=401"};
  EXPECT_EQ(journal_fields(line), expected);
}

TEST(LogLine, TellsTheJournalNoMoreOfAValueThanAnyOther) {
  const std::vector<Field> fields{{"reason", std::string(10000, 'x')}};
  const auto sent = journal_fields({LogLevel::info, k_time, "m", fields});
  EXPECT_EQ(sent.back().size(), std::string{"REFUNDD_REASON="}.size() + k_log_value_max);
}

TEST(LogLine, NamesEveryLevel) {
  const std::pair<LogLevel, const char*> levels[] = {{LogLevel::debug, "Z debug x"},
                                                     {LogLevel::info, "Z info x"},
                                                     {LogLevel::warn, "Z warn x"},
                                                     {LogLevel::error, "Z error x"}};
  for (const auto& [level, end] : levels) {
    EXPECT_THAT(format_line(LogFormat::text, {level, k_time, "x", {}}), EndsWith(end));
  }
}

TEST(LogLine, QuotesWhatCouldBeReadAsAnotherField) {
  EXPECT_THAT(text_of(""), EndsWith(R"(key="")"));
  EXPECT_THAT(text_of("a b"), EndsWith(R"(key="a b")"));
  EXPECT_THAT(text_of("a=b"), EndsWith(R"(key="a=b")"));
  EXPECT_THAT(text_of(R"(a"b\)"), EndsWith(R"(key="a\"b\\")"));
  EXPECT_THAT(json_of(R"(a"b\)"), EndsWith(R"("key":"a\"b\\"})"));
}

TEST(LogLine, CannotBeForgedByAValue) {
  const std::string evil = std::string{"x\n2026 error fake\r\x1b[2J\t\xe9"} + '\0';
  EXPECT_THAT(text_of(evil), EndsWith(R"(key="x\n2026 error fake\r\x1b[2J\t\xe9\x00")"));
  EXPECT_THAT(json_of(evil), EndsWith(R"("key":"x\\n2026 error fake\\r\\x1b[2J\\t\\xe9\\x00"})"));
}

TEST(LogLine, ShowsEveryByteAsPrintableAscii) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) {
    all += static_cast<char>(byte);
  }
  for (const LogFormat format : {LogFormat::text, LogFormat::json}) {
    const std::vector<Field> fields{{"key", all}};
    for (const char c : format_line(format, {LogLevel::info, k_time, all, fields})) {
      EXPECT_TRUE(c >= ' ' && c <= '~');
    }
  }
}

TEST(LogLine, CutsALongValue) {
  EXPECT_THAT(text_of(std::string(k_log_value_max, 'a')),
              EndsWith("key=" + std::string(k_log_value_max, 'a')));
  EXPECT_THAT(text_of(std::string(100000, 'a')),
              EndsWith("key=" + std::string(k_log_value_max, 'a') + "..."));
}

TEST(LogLine, KeepsLargeNumbers) {
  EXPECT_THAT(line_of(LogFormat::json, {{"bytes", std::uint64_t{18446744073709551615U}}}),
              EndsWith(R"("bytes":18446744073709551615})"));
}

// What `write` puts on standard error.
template <typename Write>
std::string captured(const Write& write) {
  testing::internal::CaptureStderr();
  write();
  return testing::internal::GetCapturedStderr();
}

// The log is one for the process: each test puts it back as it is at the start.
class Log : public testing::Test {
 protected:
  void TearDown() override { start_log(LogConfig{}); }
};

TEST_F(Log, SpeaksTextAtInfoBeforeItIsStarted) {
  EXPECT_EQ(captured([] { log_debug("hidden"); }), "");
  EXPECT_THAT(captured([] {
                log_info("shown", {{"n", 1}});
              }),
              MatchesRegex("....-..-..T..:..:..\\....Z info shown n=1\n"));
}

TEST_F(Log, HidesWhatIsBelowItsLevel) {
  start_log({LogLevel::warn, LogFormat::text});
  EXPECT_EQ(captured([] { log_info("hidden"); }), "");
  EXPECT_THAT(captured([] { log_warn("shown"); }), EndsWith(" warn shown\n"));
  EXPECT_THAT(captured([] { log_error("shown"); }), EndsWith(" error shown\n"));
}

TEST_F(Log, SpeaksJsonWhenAsked) {
  start_log({LogLevel::debug, LogFormat::json});
  EXPECT_THAT(captured([] { log_debug("shown {} %v"); }),
              EndsWith(R"("level":"debug","msg":"shown {} %v"})"
                       "\n"));
}

boost::asio::awaitable<void> fail() {
  throw std::runtime_error{"no luck"};
  co_return;
}

boost::asio::awaitable<void> fail_strangely() {
  throw 42;
  co_return;
}

boost::asio::awaitable<void> be_aborted() {
  throw boost::system::system_error{boost::asio::error::operation_aborted};
  co_return;
}

std::string log_of(boost::asio::awaitable<void> (*task)()) {
  return captured([task] {
    boost::asio::io_context loop;
    spawn(loop.get_executor(), "accept", task());
    loop.run();
  });
}

TEST(Spawn, LogsAnExceptionUnderItsName) {
  EXPECT_THAT(log_of(fail), HasSubstr(R"(error task failed task=accept reason="no luck")"));
  EXPECT_THAT(log_of(fail_strangely), HasSubstr("error task failed task=accept"));
}

TEST(Spawn, IsSilentWhenTheLoopIsStopping) {
  EXPECT_EQ(log_of(be_aborted), "");
}

TEST(CheckDeathTest, SaysWhatIsWrongAndAborts) {
  CHECK(1 + 1 == 2);
  EXPECT_DEATH(CHECK(1 + 1 == 3), "error check failed condition=\"1 \\+ 1 == 3\"");
}

}  // namespace
}  // namespace runtime
