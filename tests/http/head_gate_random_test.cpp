// Whatever bytes arrive: the gate does not fail, and a head that it lets through means the same to
// Beast and to a second, independent reading.
#include <gtest/gtest.h>

#include <array>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "http/head_gate.hpp"

namespace http {
namespace {

constexpr int k_rounds = 60000;

const std::array k_good_heads = {
    std::string{"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"},
    std::string{"POST /webhooks/x?y HTTP/1.1\r\nHost: [::1]:8443\r\nContent-Type: "
                "application/json\r\nContent-Length: 12\r\nConnection: keep-alive\r\n\r\n"},
    std::string{"POST /w HTTP/1.1\r\nuser-agent: curl/7\r\nhost: h.example:1\r\ncontent-length: "
                "00\r\nExpect: 100-continue\r\nX-Empty:\r\nConnection: close\r\n\r\n"}};

const std::array k_pieces = {std::string{"\r\n"},
                             std::string{"\r\n "},
                             std::string{"\n"},
                             std::string{"\r"},
                             std::string(1, '\0'),
                             std::string{" "},
                             std::string{"\t"},
                             std::string{":"},
                             std::string{","},
                             std::string{"0"},
                             std::string{"5"},
                             std::string{"+"},
                             std::string{"\xe9"},
                             std::string{"\r\n\r\n"},
                             std::string{"Host: b\r\n"},
                             std::string{"HTTP/1.0"},
                             std::string{"Content-Length: 5\r\n"},
                             std::string{"Transfer-Encoding: chunked\r\n"},
                             std::string{"Upgrade: h2c\r\n"},
                             std::string{"Content-Encoding: gzip\r\n"},
                             std::string{"GET / HTTP/1.1\r\n"}};

class Mutator {
 public:
  explicit Mutator(std::uint64_t seed) : random_{seed} {}

  std::string next() {
    std::string head = one_of(k_good_heads);
    for (std::size_t times = below(4); times > 0; --times) {
      mutate(head);
    }
    return head;
  }

 private:
  std::size_t below(std::size_t end) {
    return std::uniform_int_distribution<std::size_t>{0, end - 1}(random_);
  }

  template <typename Array>
  const std::string& one_of(const Array& array) {
    return array[below(array.size())];
  }

  void mutate(std::string& head) {
    const std::size_t at = below(head.size() + 1);
    const std::size_t count = below(12);
    switch (below(5)) {
      case 0:
        head.insert(at, one_of(k_pieces));
        break;
      case 1:
        head.replace(at, 1, 1, static_cast<char>(below(256)));
        break;
      case 2:
        head.erase(at, count);
        break;
      case 3:
        head.insert(below(head.size() + 1), head.substr(at, count * 3));
        break;
      default:
        insert_line(head, one_of(k_pieces));
        break;
    }
  }

  void insert_line(std::string& head, const std::string& line) {
    const auto at = head.find("\r\n", below(head.size() + 1));
    head.insert(at == std::string::npos ? head.size() : at + 2, line);
  }

  std::mt19937_64 random_;
};

// Field values of one name, read in the simplest way there is.
std::vector<std::string> values_of(const std::string& head, const std::string& lower_name) {
  std::vector<std::string> values;
  for (auto at = head.find("\r\n"); at + 2 < head.size(); at = head.find("\r\n", at + 2)) {
    std::string line = head.substr(at + 2, head.find("\r\n", at + 2) - at - 2);
    const auto colon = line.find(':');
    for (std::size_t c = 0; c < colon && c < line.size(); ++c) {
      line[c] = static_cast<char>(std::tolower(static_cast<unsigned char>(line[c])));
    }
    if (line.substr(0, colon) == lower_name) {
      values.push_back(line.substr(colon + 1));
    }
  }
  return values;
}

void expect_no_second_reading(const std::string& head, const Framing& framing) {
  for (const char c : head) {
    const bool allowed = (c >= ' ' && c <= '~') || c == '\t' || c == '\r' || c == '\n';
    EXPECT_TRUE(allowed);
  }
  EXPECT_EQ(head.find("\r\n\r\n"), head.size() - 4);
  EXPECT_EQ(head.find("\r\n "), std::string::npos);
  EXPECT_EQ(head.find("\r\n\t"), std::string::npos);
  EXPECT_EQ(values_of(head, "host").size(), 1U);
  EXPECT_TRUE(values_of(head, "transfer-encoding").empty());
  EXPECT_TRUE(values_of(head, "upgrade").empty());
  const auto lengths = values_of(head, "content-length");
  EXPECT_LE(lengths.size(), 1U);
  const std::string length = lengths.empty() ? "0" : lengths.front();
  EXPECT_EQ(std::strtoull(length.c_str(), nullptr, 10), framing.content_length);
}

void expect_beast_agrees(const std::string& head, const Framing& framing) {
  boost::beast::http::request_parser<boost::beast::http::string_body> parser;
  parser.body_limit(framing.content_length);
  boost::system::error_code failure;
  const std::size_t used = parser.put(boost::asio::buffer(head), failure);
  ASSERT_FALSE(failure) << failure.message();
  EXPECT_EQ(used, head.size());
  EXPECT_TRUE(parser.is_header_done());
  EXPECT_FALSE(parser.chunked());
  EXPECT_EQ(parser.content_length().value_or(0), framing.content_length);
  EXPECT_EQ(parser.is_done(), framing.content_length == 0);
  if (values_of(head, "connection").size() < 2) {  // of several, Beast sees the first only
    EXPECT_EQ(parser.get().keep_alive(), !framing.close);
  }
}

std::uint64_t seed_of_this_run() {
  const char* const given = std::getenv("REFUNDD_TEST_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
}

TEST(HeadGateRandom, WhatPassesHasOneReadingOnly) {
  const std::uint64_t seed = seed_of_this_run();
  RecordProperty("seed", std::to_string(seed));
  std::cout << "REFUNDD_TEST_SEED=" << seed << '\n';
  Mutator mutator{seed};
  int accepted = 0;
  for (int round = 0; round < k_rounds && !HasFailure(); ++round) {
    const std::string head = mutator.next();
    const Gate gate = check_head(head);
    if (const auto* framing = std::get_if<Framing>(&gate)) {
      SCOPED_TRACE(testing::PrintToString(head));
      ++accepted;
      expect_no_second_reading(head, *framing);
      expect_beast_agrees(head, *framing);
    }
  }
  EXPECT_GT(accepted, k_rounds / 10);  // else the mutations are too wild to say anything
  EXPECT_LT(accepted, k_rounds);
}

}  // namespace
}  // namespace http
