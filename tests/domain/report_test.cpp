#include "domain/report.hpp"

#include <gtest/gtest.h>

#include <array>

#include "domain/samples.hpp"

namespace domain {
namespace {

using enum RefundStatus;

TEST(ReportKeyTest, ATerminalReportBeatsEveryPendingOne) {
  EXPECT_GT(key_of(samples::report(failed, 0, "a")), key_of(samples::report(pending, 1000, "b")));
}

TEST(ReportKeyTest, ThenTheLaterOneWins) {
  EXPECT_GT(key_of(samples::report(successful, 2, "a")), key_of(samples::report(failed, 1, "b")));
}

TEST(ReportKeyTest, ThenTheStatusThatComesLaterInARefundsLife) {
  constexpr std::array k_ascending{successful, canceled, failed};
  for (std::size_t at = 1; at < k_ascending.size(); ++at) {
    EXPECT_GT(key_of(samples::report(k_ascending[at], 0, "a")),
              key_of(samples::report(k_ascending[at - 1], 0, "b")));
  }
  auto action_required = samples::report(pending, 0, "a");
  action_required.action_required = true;
  EXPECT_GT(key_of(action_required), key_of(samples::report(pending, 0, "b")));
}

TEST(ReportKeyTest, ThenTheStrongerEvidenceAndLastTheEventId) {
  auto weak = samples::report(successful, 0, "b");
  weak.evidence = Evidence::token_webhook;
  EXPECT_GT(key_of(samples::report(successful, 0, "a")), key_of(weak));
  EXPECT_GT(key_of(samples::report(successful, 0, "b")),
            key_of(samples::report(successful, 0, "a")));
}

TEST(ReportKeyTest, SurvivesBeingWrittenDown) {
  const ReportKey key = key_of(samples::report(failed, -7, "evnt_1 with spaces"));
  EXPECT_EQ(decode_report_key(encode(key)), key);
}

TEST(ReportKeyTest, IsNotReadFromAnythingElse) {
  for (const char* text : {"", "1", "1 2 3", "x 2 3 4 e", "1 2 3 9 e", "1 2 3 -1 e", "1 2 3 4"}) {
    EXPECT_FALSE(decode_report_key(text)) << text;
  }
}

TEST(WordsTest, EveryStateIsReadAsItIsWritten) {
  for (const auto status : {pending, successful, failed, canceled}) {
    EXPECT_EQ(parse_refund_status(to_string(status)), status);
  }
  for (int rank = 0; rank <= static_cast<int>(Evidence::operator_); ++rank) {
    const auto evidence = static_cast<Evidence>(rank);
    EXPECT_EQ(parse_evidence(to_string(evidence)), evidence);
  }
  for (int value = 0; value <= static_cast<int>(ChargeStatus::expired); ++value) {
    const auto status = static_cast<ChargeStatus>(value);
    EXPECT_EQ(parse_charge_status(to_string(status)), status);
  }
  EXPECT_FALSE(parse_refund_status("closed"));
}

}  // namespace
}  // namespace domain
