// The whole way over real sockets, as far as it goes without a database: what can be answered
// before a commit, and 503 for what cannot.
#include "http/server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "http/requests.hpp"
#include "http/running_server.hpp"

namespace http {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

std::size_t count_answers(const std::string& received) {
  std::size_t count = 0;
  for (auto at = received.find("HTTP/1.1 "); at != std::string::npos;
       at = received.find("HTTP/1.1 ", at + 1)) {
    ++count;
  }
  return count;
}

TEST(ServerTest, AnswersProbesOnBothListeners) {
  RunningServer server;
  auto tls = server.tls_client();
  auto plain = server.plain_client();
  for (Client* client : {&tls, &plain}) {
    client->send(k_health);
    EXPECT_THAT(client->read_answer(), StartsWith("HTTP/1.1 200 OK\r\n"));
    client->send("HEAD /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(client->read_all(), EndsWith("Content-Length: 15\r\n\r\n"));
  }
}

TEST(ServerTest, IsNotReadyWithoutItsDatabase) {
  RunningServer server;
  auto client = server.plain_client();
  client.send("GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n");
  const std::string answer = client.read_answer();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(answer, HasSubstr(R"("status":"not ready")"));
}

TEST(ServerTest, NeverSaysOkToWhatIsNotCommitted) {
  RunningServer server;
  auto client = server.tls_client();
  client.send(trusted_post());
  const std::string answer = client.read_answer();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(answer, HasSubstr("\r\nRetry-After: 5\r\n"));
}

TEST(ServerTest, HasNoWebhooksOnTheAdminListener) {
  RunningServer server;
  auto client = server.plain_client();
  client.send(trusted_post());
  EXPECT_THAT(client.read_answer(), StartsWith("HTTP/1.1 404 "));
}

TEST(ServerTest, AnswersPipelinedRequestsInOrder) {
  RunningServer server;
  auto client = server.tls_client();
  client.send(trusted_post() + post("{}") + std::string{k_health} +
              post("{}", "Connection: close\r\n") + trusted_post());
  EXPECT_THAT(client.read_answer(), StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(client.read_answer(), StartsWith("HTTP/1.1 401 "));
  EXPECT_THAT(client.read_answer(), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(client.read_answer(), StartsWith("HTTP/1.1 401 "));
  EXPECT_THAT(client.read_all(), IsEmpty());
}

TEST(ServerTest, TakesARequestByteByByte) {
  RunningServer server;
  auto client = server.tls_client();
  for (const char byte : post("{}")) {
    client.send({&byte, 1});
  }
  EXPECT_THAT(client.read_answer(), StartsWith("HTTP/1.1 401 "));
}

TEST(ServerTest, AsksForTheBodyOfAClientThatWaits) {
  RunningServer server;
  auto client = server.tls_client();
  const std::string request = post("{}", "Expect: 100-continue\r\n");
  client.send(request.substr(0, request.size() - 2));
  EXPECT_EQ(client.read_answer(), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("{}");
  EXPECT_THAT(client.read_answer(), StartsWith("HTTP/1.1 401 "));
}

TEST(ServerTest, LetsTheSenderOfALargeBodySeeTheAnswer) {
  RunningServer server;
  auto client = server.tls_client();
  client.send(post(std::string(300 * 1024, 'x')));
  const std::string answer = client.read_all();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n"));
}

// More than TLS puts into one record, and than the buffer holds.
TEST(ServerTest, TakesALargeBodyAndTheRequestBehindIt) {
  RunningServer server;
  auto client = server.tls_client();
  client.send(post(std::string(200 * 1024, 'x'), "X-Payjp-Webhook-Token: secret-token\r\n") +
              std::string{k_health});
  EXPECT_THAT(client.read_answer(), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(client.read_answer(), StartsWith("HTTP/1.1 200 "));
}

TEST(ServerTest, SaysGoodbyeInTls) {
  RunningServer server;
  auto client = server.tls_client();
  client.send(post("{}", "Connection: close\r\n"));
  client.read_all();
  EXPECT_EQ(client.end(), boost::asio::error::eof);  // without one it would be stream_truncated
}

TEST(ServerTest, OutlivesClientsThatLeaveInTheMiddle) {
  RunningServer server;
  for (const std::string& sent : {std::string{"P"}, std::string{"POST /web"}, post("{}"),
                                  trusted_post() + trusted_post(), post("{}").substr(0, 130)}) {
    auto client = server.tls_client();
    client.send(sent);
    client.reset();
  }
  auto client = server.tls_client();
  client.send(k_health);
  EXPECT_THAT(client.read_answer(), StartsWith("HTTP/1.1 200 "));
}

TEST(ServerTest, GoesOnAfterARefusedRequestWithASmallBody) {
  RunningServer server;
  auto client = server.plain_client();
  client.send(post(std::string(100000, 'x')) + std::string{k_health});
  EXPECT_THAT(client.read_answer(), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(client.read_answer(), StartsWith("HTTP/1.1 200 "));
}

TEST(ServerTest, NeverReadsARequestOutOfAnothersBody) {
  RunningServer server;
  const std::string hidden = trusted_post();
  for (const std::string& request :
       {post(hidden, "Transfer-Encoding: gzip\r\n"), post(hidden, "Transfer-Encoding: chunked\r\n"),
        post(hidden, "Content-Length: 0\r\n"), post(hidden, "Host: b\r\n"),
        post(hidden, "X-A: b\r\n c\r\n"), post(hidden, "Expect: 200-ok\r\n")}) {
    auto client = server.tls_client();
    client.send(request + hidden);
    const std::string received = client.read_all();
    EXPECT_EQ(count_answers(received), 1U) << received;
    EXPECT_THAT(received, HasSubstr("\r\nConnection: close\r\n"));
  }
}

TEST(ServerTest, EndsAHeadThatIsTooLarge) {
  RunningServer server;
  auto client = server.plain_client();
  client.send(std::string(100000, 'x'));
  EXPECT_THAT(client.read_all(), StartsWith("HTTP/1.1 431 "));
}

TEST(ServerTest, NamesTheAddressThatIsTaken) {
  RunningServer server;
  const TestCertificate pair;
  boost::asio::io_context loop;
  ingest::Options ingest_options;
  ingest_options.database_url = "postgresql:///refundd?host=/nonexistent";
  ingest::Ingest ingest{loop, ingest_options};
  Options options;
  options.listener.listen = {"127.0.0.1", server.port()};
  options.listener.certificate_file = pair.certificate_file();
  options.listener.private_key_file = pair.private_key_file();
  std::string message;
  try {
    const Server taken{loop, ingest, options};
  } catch (const std::runtime_error& error) {
    message = error.what();
  }
  EXPECT_THAT(message, StartsWith("listener.listen: cannot listen on 127.0.0.1:" +
                                  std::to_string(server.port())));
  ingest.stop();
}

}  // namespace
}  // namespace http
