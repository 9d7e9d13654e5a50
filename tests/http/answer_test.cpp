#include "http/answer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/arrival.hpp"

namespace http {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(Answer, SaysTheVerdict) {
  const std::string wire = to_wire(answer_verdict(domain::Verdict::applied));
  EXPECT_EQ(wire,
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 21\r\n\r\n"
            R"({"verdict":"applied"})");
}

TEST(Answer, TellsAStrangerNothing) {
  const std::string wire = to_wire(refuse(401, "wrong_signature"));
  EXPECT_THAT(wire, StartsWith("HTTP/1.1 401 Unauthorized\r\n"));
  EXPECT_THAT(wire, EndsWith(R"({"error":"unauthorized"})"));
  EXPECT_THAT(wire, Not(HasSubstr("signature")));
}

TEST(Answer, NamesTheAllowedMethods) {
  EXPECT_THAT(to_wire(refuse_method("GET, HEAD")), HasSubstr("\r\nAllow: GET, HEAD\r\n"));
}

TEST(Answer, AsksTheProviderToComeAgain) {
  const std::string wire = to_wire(refuse_for_now("queue full"));
  EXPECT_THAT(wire, StartsWith("HTTP/1.1 503 Service Unavailable\r\n"));
  EXPECT_THAT(wire, HasSubstr("\r\nRetry-After: 5\r\n"));
  EXPECT_THAT(wire, Not(HasSubstr("queue")));
}

TEST(Answer, SaysThatTheConnectionEnds) {
  EXPECT_THAT(to_wire(refuse_and_close(431, "")), HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_THAT(to_wire(answer_health()), Not(HasSubstr("Connection:")));
}

TEST(Answer, KeepsTheLengthOfABodyLeftOut) {
  Answer answer = answer_health();
  answer.body_left_out = true;
  EXPECT_EQ(to_wire(answer),
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n");
}

TEST(Answer, SaysWhyItIsNotReadyInValidJson) {
  EXPECT_EQ(answer_readiness({true, ""}).status, 200);
  const Answer answer = answer_readiness({false, "FATAL: \"x\"\n\xff"});
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.body, R"({"reason":"FATAL: \"x\"\n\ufffd","status":"not ready"})");
}

TEST(Answer, HasASentenceForEveryRefusal) {
  for (const int status : {400, 401, 404, 405, 408, 413, 415, 417, 431, 501, 503}) {
    const Answer answer = refuse(status, "");
    EXPECT_EQ(answer.status, status);
    EXPECT_THAT(answer.body, StartsWith(R"({"error":")"));
  }
}

TEST(Arrival, IsAnsweredOnlyWhereSomebodyWaits) {
  EXPECT_FALSE(answer_unfinished(Arrival::nothing));
  EXPECT_FALSE(answer_unfinished(Arrival::lost));
  const std::pair<Arrival, int> answered[] = {
      {Arrival::too_slow, 408}, {Arrival::too_large, 431}, {Arrival::bare_line_feed, 400}};
  for (const auto& [arrival, status] : answered) {
    const auto answer = answer_unfinished(arrival);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, status);
    EXPECT_TRUE(answer->close);
  }
}

}  // namespace
}  // namespace http
