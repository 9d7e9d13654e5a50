#include "http/forwarded.hpp"

#include <gtest/gtest.h>

namespace http {
namespace {

std::string client_of(std::initializer_list<std::string> fields) {
  const std::vector trusted{*runtime::Network::parse("10.0.0.0/8")};
  providers::Headers headers;
  for (const std::string& field : fields) {
    headers.add("X-Forwarded-For", field);
  }
  const auto client = forwarded_client(headers, trusted);
  return client ? client->to_string() : "none";
}

TEST(ForwardedTest, IsWhoReachedTheOutermostTrustedProxy) {
  EXPECT_EQ(client_of({"192.0.2.1"}), "192.0.2.1");
  EXPECT_EQ(client_of({"192.0.2.1, 10.0.0.5"}), "192.0.2.1");
  EXPECT_EQ(client_of({"192.0.2.1", "10.0.0.5"}), "192.0.2.1") << "several fields are one list";
  EXPECT_EQ(client_of({"2001:db8::1"}), "2001:db8::1");
}

TEST(ForwardedTest, WhatTheClientItselfClaimsIsNotBelieved) {
  EXPECT_EQ(client_of({"203.0.113.99, 192.0.2.1, 10.0.0.5"}), "192.0.2.1");
  EXPECT_EQ(client_of({"10.0.0.1, 192.0.2.1"}), "192.0.2.1");
}

TEST(ForwardedTest, IsNobodyWhereItSaysNothingUseful) {
  EXPECT_EQ(client_of({}), "none");
  EXPECT_EQ(client_of({""}), "none");
  EXPECT_EQ(client_of({"10.0.0.1, 10.0.0.2"}), "none");
  EXPECT_EQ(client_of({"192.0.2.1, unknown"}), "none");
  EXPECT_EQ(client_of({"192.0.2.1:5000"}), "none");
}

}  // namespace
}  // namespace http
