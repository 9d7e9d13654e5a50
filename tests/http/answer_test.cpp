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

// As Beast wrote them until 2026-01.
TEST(Answer, HasTheReasonOfItsStatus) {
  const std::pair<int, const char*> heads[] = {{400, "400 Bad Request"},
                                               {401, "401 Unauthorized"},
                                               {404, "404 Not Found"},
                                               {405, "405 Method Not Allowed"},
                                               {408, "408 Request Timeout"},
                                               {413, "413 Payload Too Large"},
                                               {415, "415 Unsupported Media Type"},
                                               {417, "417 Expectation Failed"},
                                               {431, "431 Request Header Fields Too Large"},
                                               {501, "501 Not Implemented"},
                                               {503, "503 Service Unavailable"}};
  for (const auto& [status, line] : heads) {
    const Answer answer = refuse(status, "");
    EXPECT_EQ(to_wire(answer), std::string{"HTTP/1.1 "} + line +
                                   "\r\nContent-Type: application/json\r\nContent-Length: " +
                                   std::to_string(answer.body.size()) + "\r\n\r\n" + answer.body);
  }
}

TEST(Answer, HasItsFieldsInOneOrder) {
  Answer answer = refuse_method("GET, HEAD");
  answer.retry_later = true;
  answer.close = true;
  EXPECT_EQ(
      to_wire(answer),
      "HTTP/1.1 405 Method Not Allowed\r\nContent-Type: application/json\r\nAllow: GET, HEAD\r\n"
      "Retry-After: 5\r\nConnection: close\r\nContent-Length: 30\r\n\r\n"
      R"({"error":"method not allowed"})");
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

TEST(Answer, NamesItsRequestAndItsMediaType) {
  Answer answer = answer_page("x 1\n", "text/plain; version=0.0.4");
  answer.request_id = "5e-1f";
  EXPECT_EQ(to_wire(answer),
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\n"
            "X-Request-Id: 5e-1f\r\nContent-Length: 4\r\n\r\nx 1\n");
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
