#include <gtest/gtest.h>

#include <string>

#include "http/head_gate.hpp"

namespace http {
namespace {

TEST(HeadScan, FindsTheEndAndLeavesWhatFollows) {
  const auto scanned = scan_head("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /\nrest");
  EXPECT_EQ(scanned.scan, HeadScan::complete);
  EXPECT_EQ(scanned.size, 27U);
}

TEST(HeadScan, WaitsForTheRest) {
  const std::string head = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  for (std::size_t size = 0; size < head.size(); ++size) {
    EXPECT_EQ(scan_head(head.substr(0, size)).scan, HeadScan::incomplete) << size;
  }
}

TEST(HeadScan, DoesNotWaitAfterABareLineFeed) {
  EXPECT_EQ(scan_head("GET / HTTP/1.1\n").scan, HeadScan::bare_line_feed);
  EXPECT_EQ(scan_head("\n").scan, HeadScan::bare_line_feed);
}

TEST(HeadScan, TakesAHeadOfExactlyTheLimitAndNoneLonger) {
  const std::string end = "\r\n\r\n";
  const std::string longest = std::string(k_head_bytes_max - end.size(), 'a') + end;
  EXPECT_EQ(scan_head(longest).scan, HeadScan::complete);
  EXPECT_EQ(scan_head("a" + longest).scan, HeadScan::too_large);
  EXPECT_EQ(scan_head(std::string(k_head_bytes_max, 'a')).scan, HeadScan::too_large);
}

}  // namespace
}  // namespace http
