#include "runtime/network.hpp"

#include <gtest/gtest.h>

#include <boost/asio/ip/address.hpp>

namespace runtime {
namespace {

bool contains(const std::string& network, const std::string& address) {
  const auto parsed = Network::parse(network);
  EXPECT_TRUE(parsed) << network;
  return parsed && parsed->contains(boost::asio::ip::make_address(address));
}

TEST(NetworkTest, HoldsTheAddressesOfItsPrefix) {
  EXPECT_TRUE(contains("192.0.2.0/24", "192.0.2.255"));
  EXPECT_FALSE(contains("192.0.2.0/24", "192.0.3.0"));
  EXPECT_TRUE(contains("192.0.2.128/25", "192.0.2.129"));
  EXPECT_FALSE(contains("192.0.2.128/25", "192.0.2.127"));
  EXPECT_TRUE(contains("2001:db8::/32", "2001:db8:ffff::1"));
  EXPECT_FALSE(contains("2001:db8::/32", "2001:db9::1"));
  EXPECT_TRUE(contains("0.0.0.0/0", "203.0.113.1"));
  EXPECT_TRUE(contains("::/0", "2001:db8::1"));
}

TEST(NetworkTest, OneAddressIsItself) {
  EXPECT_TRUE(contains("192.0.2.1", "192.0.2.1"));
  EXPECT_FALSE(contains("192.0.2.1", "192.0.2.2"));
  EXPECT_TRUE(contains("::1", "::1"));
}

TEST(NetworkTest, AnIpv4AddressIsTheSameInIpv6sForm) {
  EXPECT_TRUE(contains("192.0.2.0/24", "::ffff:192.0.2.7"));
  EXPECT_FALSE(contains("0.0.0.0/0", "2001:db8::1")) << "all of IPv4 is not all";
  EXPECT_EQ(without_mapping(boost::asio::ip::make_address("::ffff:192.0.2.7")).to_string(),
            "192.0.2.7");
  EXPECT_EQ(without_mapping(boost::asio::ip::make_address("fe80::1%1")).to_string(), "fe80::1");
}

TEST(NetworkTest, RefusesWhatIsNoNetwork) {
  for (const char* text :
       {"", "example.org", "192.0.2.0/33", "192.0.2.0/", "192.0.2.0/-1", "192.0.2.1/24",
        "2001:db8::/129", "192.0.2.0/24/8", "/24", "fe80::1%1"}) {
    EXPECT_FALSE(Network::parse(text)) << text;
  }
}

}  // namespace
}  // namespace runtime
