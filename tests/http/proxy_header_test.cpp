#include "http/proxy_header.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace http {
namespace {

using std::string_literals::operator""s;

const std::string k_signature = "\r\n\r\n\0\r\nQUIT\n"s;
const std::string k_tcp4_addresses = "\xC0\x00\x02\x01\xC6\x33\x64\x01\xC3\x50\x01\xBB"s;

std::string v2(char command, char family, const std::string& addresses) {
  const auto size = static_cast<unsigned>(addresses.size());
  return k_signature + command + family + static_cast<char>(size >> 8U) + static_cast<char>(size) +
         addresses;
}

std::string v1(const std::string& rest) {
  return "PROXY " + rest + "\r\n";
}

std::string client_of(const std::string& bytes) {
  const auto scanned = scan_proxy_header(bytes);
  if (const auto* scan = std::get_if<ProxyScan>(&scanned)) {
    return *scan == ProxyScan::incomplete ? "incomplete" : "malformed";
  }
  const auto& header = std::get<ProxyHeader>(scanned);
  return header.client ? header.client->to_string() : "none";
}

TEST(ProxyHeaderTest, Version1SaysWhoTheClientIs) {
  EXPECT_EQ(client_of(v1("TCP4 192.0.2.1 198.51.100.1 50000 443")), "192.0.2.1");
  EXPECT_EQ(client_of(v1("TCP6 2001:db8::1 2001:db8::2 50000 443")), "2001:db8::1");
  EXPECT_EQ(client_of(v1("UNKNOWN")), "none");
  EXPECT_EQ(client_of(v1("UNKNOWN whatever stands here")), "none");
}

TEST(ProxyHeaderTest, Version2SaysWhoTheClientIs) {
  EXPECT_EQ(client_of(v2(0x21, 0x11, k_tcp4_addresses)), "192.0.2.1");
  const std::string tcp6 = "\x20\x01\x0D\xB8"s + std::string(11, '\0') + "\x01" +
                           std::string(16, '\0') + "\xC3\x50\x01\xBB";
  EXPECT_EQ(client_of(v2(0x21, 0x21, tcp6)), "2001:db8::1");
  EXPECT_EQ(client_of(v2(0x21, 0x11, k_tcp4_addresses + "\x04\x00\x01\x00"s)), "192.0.2.1")
      << "with more after the addresses";
  EXPECT_EQ(client_of(v2(0x20, 0x00, "")), "none") << "LOCAL";
  EXPECT_EQ(client_of(v2(0x21, 0x00, "")), "none") << "UNSPEC";
}

TEST(ProxyHeaderTest, WhatFollowsIsTheClients) {
  for (const std::string& header :
       {v1("TCP4 192.0.2.1 198.51.100.1 50000 443"), v2(0x21, 0x11, k_tcp4_addresses)}) {
    const auto scanned = scan_proxy_header(header + "\x16\x03\x01 hello");
    EXPECT_EQ(std::get<ProxyHeader>(scanned).size, header.size());
  }
}

TEST(ProxyHeaderTest, EveryBeginningIsIncomplete) {
  for (const std::string& header :
       {v1("TCP6 2001:db8::1 2001:db8::2 50000 443"), v2(0x21, 0x11, k_tcp4_addresses)}) {
    for (std::size_t size = 0; size < header.size(); ++size) {
      EXPECT_EQ(client_of(header.substr(0, size)), "incomplete") << size;
    }
  }
}

TEST(ProxyHeaderTest, AnythingElseIsMalformed) {
  for (const std::string& bytes : {
           "GET / HTTP/1.1\r\n"s,
           "\x16\x03\x01\x02\x00\x01"s,
           "proxy TCP4 192.0.2.1 198.51.100.1 50000 443\r\n"s,
           v1("TCP4 192.0.2.1 198.51.100.1 50000"),
           v1("TCP4 192.0.2.1 198.51.100.1 50000 443 1"),
           v1("TCP4 192.0.2.1 198.51.100.1 50000 443 "),
           v1("TCP4  192.0.2.1 198.51.100.1 50000 443"),
           v1("TCP4 192.0.2.01 198.51.100.1 50000 443"),
           v1("TCP4 192.0.2.1 198.51.100.1 050000 443"),
           v1("TCP4 192.0.2.1 198.51.100.1 65536 443"),
           v1("TCP4 192.0.2.1 198.51.100.1 -1 443"),
           v1("TCP4 2001:db8::1 2001:db8::2 50000 443"),
           v1("TCP6 192.0.2.1 198.51.100.1 50000 443"),
           v1("UDP4 192.0.2.1 198.51.100.1 50000 443"),
           "PROXY TCP4 192.0.2.1 198.51.100.1 50000 443\n\r\n"s,
           "PROXY TCP4 " + std::string(200, '1'),
           v2(0x11, 0x11, k_tcp4_addresses),
           v2(0x22, 0x11, k_tcp4_addresses),
           v2(0x21, 0x12, k_tcp4_addresses),
           v2(0x21, 0x31, std::string(216, 'a')),
           v2(0x21, 0x11, k_tcp4_addresses.substr(1)),
           v2(0x21, 0x21, k_tcp4_addresses),
           v2(0x21, 0x11, std::string(3000, 'a')),
       }) {
    EXPECT_EQ(client_of(bytes), "malformed") << testing::PrintToString(bytes);
  }
}

// Run under the sanitizers: no bytes lead out of the bytes.
TEST(ProxyHeaderTest, WhateverComesNoneIsReadPastItsEnd) {
  std::mt19937 random{1};
  const std::string good[] = {v1("TCP4 192.0.2.1 198.51.100.1 50000 443"),
                              v1("TCP6 2001:db8::1 2001:db8::2 50000 443"),
                              v2(0x21, 0x11, k_tcp4_addresses)};
  for (int round = 0; round < 60000; ++round) {
    std::string bytes = good[random() % 3];
    for (auto changes = random() % 4; changes > 0; --changes) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    bytes.resize(random() % (bytes.size() + 8));
    const std::string exact{bytes.begin(), bytes.end()};  // no byte behind its end
    const auto scanned = scan_proxy_header(exact);
    if (const auto* header = std::get_if<ProxyHeader>(&scanned)) {
      ASSERT_LE(header->size, exact.size());
      ASSERT_GE(header->size, 2U);
    }
  }
}

}  // namespace
}  // namespace http
