// The HTTP sink against a real server, without TLS: that needs a certificate, and is for the
// functional tests.

#include "outbox/http_sink.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <stdexcept>
#include <vector>

#include "outbox/http_answer.hpp"
#include "outbox/loopback_server.hpp"
#include "outbox/outgoing_samples.hpp"
#include "outbox/standard_webhooks.hpp"

namespace outbox {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view k_secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

struct Received {
  std::string request_line;
  std::map<std::string, std::string> headers;  // names as sent
  std::string body;
};

std::string http_answer(int status, const std::string& body = {}, const std::string& headers = {}) {
  return "HTTP/1.1 " + std::to_string(status) +
         " Whatever\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + headers + "\r\n" +
         body;
}

constexpr std::string_view k_hang = "(hang)";
constexpr std::string_view k_reset = "(reset)";
constexpr std::string_view k_then_hang_up = "X-Then: hang up\r\n";

/// Answers each request with the next of `answers`, and hangs after the last one.
class HttpServer {
 public:
  explicit HttpServer(std::vector<std::string> answers)
      : answers_{std::move(answers)}, server_{[this](auto& connection) { talk(connection); }} {}

  [[nodiscard]] std::string url(const std::string& path = "/new?token=hush") const {
    return "http://" + server_.address() + path;
  }
  [[nodiscard]] int connections() const { return server_.connections(); }
  void wait_until_closed(int count) const { server_.wait_until_closed(count); }

  [[nodiscard]] std::vector<Received> received() const {
    const std::lock_guard lock{mutex_};
    return received_;
  }

 private:
  void talk(LoopbackConnection& connection) {
    while (auto request = read_request(connection)) {
      const std::string answer = next_answer(std::move(*request));
      if (answer == k_reset) {
        return connection.reset();
      }
      if (answer == k_hang) {
        return connection.read_until_the_client_goes();
      }
      connection.write(answer);
      if (answer.find(k_then_hang_up) != std::string::npos) {
        return;
      }
    }
  }

  static std::optional<Received> read_request(LoopbackConnection& connection) {
    Received request;
    auto line = connection.read_line();
    request.request_line = line.value_or("");
    for (line = connection.read_line(); line && !line->empty(); line = connection.read_line()) {
      const auto colon = line->find(": ");
      request.headers[line->substr(0, colon)] = line->substr(colon + 2);
    }
    if (!line) {
      return std::nullopt;
    }
    const auto body = connection.read_exactly(std::stoul(request.headers["Content-Length"]));
    request.body = body.value_or("");
    return request;
  }

  std::string next_answer(Received request) {
    const std::lock_guard lock{mutex_};
    received_.push_back(std::move(request));
    return received_.size() <= answers_.size() ? answers_[received_.size() - 1]
                                               : std::string{k_hang};
  }

  std::vector<std::string> answers_;
  mutable std::mutex mutex_;
  std::vector<Received> received_;
  LoopbackServer server_;  // last: its thread uses the others
};

HttpOptions options_for(const std::string& url) {
  HttpOptions options;
  options.url = url;
  options.signing_secret = k_secret;
  options.authorization = "Bearer s3cret";
  options.timeout = seconds{10};
  return options;
}

SendResult send_once(const HttpOptions& options, const Outgoing& message = sample_message()) {
  return make_http_sink(options, sample_time)->send(message);
}

SendResult send_to(const HttpServer& server) {
  return send_once(options_for(server.url()));
}

TEST(HttpSink, SendsASignedRequestUnderTheMessagesId) {
  const HttpServer server{{http_answer(200)}};
  EXPECT_EQ(send_to(server).status, SendStatus::sent);
  const auto request = server.received().at(0);
  const std::string id = sample_message().message_id;
  const auto timestamp = std::chrono::floor<seconds>(sample_time()).time_since_epoch().count();
  EXPECT_EQ(request.request_line, "POST /new?token=hush HTTP/1.1");
  EXPECT_EQ(request.body, std::get<HttpRequest>(generic_request(sample_message(), {})).body);
  const std::map<std::string, std::string> expected{
      {"Host", server.url("").substr(7)},
      {"User-Agent", "refundd"},
      {"Content-Type", "application/json"},
      {"Accept", "application/json"},
      {"Content-Length", std::to_string(request.body.size())},
      {"Authorization", "Bearer s3cret"},
      {"Idempotency-Key", id},
      {"webhook-id", id},
      {"webhook-timestamp", std::to_string(timestamp)},
      {"webhook-signature", sign(*parse_webhook_secret(k_secret), {id, timestamp, request.body})}};
  EXPECT_EQ(request.headers, expected);
}

TEST(HttpSink, DoesNotSignOrAuthorizeWithoutASecret) {
  const HttpServer server{{http_answer(204)}};
  HttpOptions options = options_for(server.url());
  options.signing_secret.clear();
  options.authorization.clear();
  EXPECT_EQ(send_once(options).status, SendStatus::sent);
  const auto headers = server.received().at(0).headers;
  EXPECT_FALSE(headers.contains("webhook-signature"));
  EXPECT_FALSE(headers.contains("Authorization"));
  EXPECT_TRUE(headers.contains("webhook-id"));
}

TEST(HttpSink, KeepsOneConnectionForManyMessages) {
  const HttpServer server{{http_answer(200), http_answer(500), http_answer(200)}};
  const auto sink = make_http_sink(options_for(server.url()), sample_time);
  EXPECT_EQ(sink->send(sample_message()).status, SendStatus::sent);
  EXPECT_EQ(sink->send(sample_message()).status, SendStatus::retry);
  EXPECT_EQ(sink->send(sample_message()).status, SendStatus::sent);
  EXPECT_EQ(server.connections(), 1);
  const auto received = server.received();
  EXPECT_EQ(received.at(0).headers.at("webhook-id"), received.at(2).headers.at("webhook-id"));
}

TEST(HttpSink, ConnectsAgainWhereTheServerHungUpMeanwhile) {
  const HttpServer server{{http_answer(200, "", std::string{k_then_hang_up}), http_answer(200)}};
  const auto sink = make_http_sink(options_for(server.url()), sample_time);
  EXPECT_EQ(sink->send(sample_message()).status, SendStatus::sent);
  server.wait_until_closed(1);
  EXPECT_EQ(sink->send(sample_message()).status, SendStatus::sent);
  EXPECT_EQ(server.connections(), 2);
}

TEST(HttpSink, PutsWhereThePresetSays) {
  const HttpServer server{{http_answer(200)}};
  HttpOptions options = options_for(server.url());
  options.preset = HttpPreset::zendesk;
  options.ticket_url = server.url("/tickets/{reference}.json");
  EXPECT_EQ(send_once(options, sample_resolution()).status, SendStatus::sent);
  EXPECT_EQ(server.received().at(0).request_line, "PUT /tickets/4711.json HTTP/1.1");
}

TEST(HttpSink, TellsWhatAnAnswerMeans) {
  struct Case {
    int http_status;
    SendStatus status;
    std::string error;
  };
  const Case cases[] = {
      {200, SendStatus::sent, ""},
      {202, SendStatus::sent, ""},
      {301, SendStatus::dead,
       "the endpoint answered 301, a redirect, which is not followed: check the url"},
      {308, SendStatus::dead,
       "the endpoint answered 308, a redirect, which is not followed: check the url"},
      {400, SendStatus::dead, "the endpoint answered 400"},
      {401, SendStatus::dead, "the endpoint answered 401: check the credentials"},
      {404, SendStatus::dead, "the endpoint answered 404"},
      {408, SendStatus::retry, "the endpoint answered 408"},
      {409, SendStatus::dead, "the endpoint answered 409"},
      {410, SendStatus::dead, "the endpoint answered 410"},
      {422, SendStatus::dead, "the endpoint answered 422"},
      {425, SendStatus::retry, "the endpoint answered 425"},
      {429, SendStatus::retry, "the endpoint answered 429"},
      {500, SendStatus::retry, "the endpoint answered 500"},
      {503, SendStatus::retry, "the endpoint answered 503"},
  };
  for (const auto& [http_status, status, error] : cases) {
    const HttpServer server{
        {http_answer(http_status, "s3cret body", "Location: http://127.0.0.1:1/elsewhere\r\n")}};
    const auto result = send_to(server);
    EXPECT_EQ(result.status, status) << http_status;
    EXPECT_EQ(result.error, error);
    EXPECT_FALSE(result.retry_after) << http_status;
  }
}

TEST(HttpSink, WaitsAsLongAsTheReceiverAsks) {
  const std::string in_an_hour = [] {
    const std::time_t later = std::time(nullptr) + 3600;
    char text[64];
    std::tm parts{};
    std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&later, &parts));
    return std::string{text};
  }();
  const HttpServer server{{http_answer(503, "", "Retry-After: 120\r\n"),
                           http_answer(429, "", "Retry-After: " + in_an_hour + "\r\n"),
                           http_answer(503, "", "Retry-After: 999999999\r\n"),
                           http_answer(503, "", "Retry-After: soon\r\n"),
                           http_answer(503, "", "Retry-After: Sat, 31 Jan 2015 10:00:00 GMT\r\n"),
                           http_answer(503, "", "Retry-After: -5\r\n"),
                           http_answer(400, "", "Retry-After: 120\r\n"), http_answer(500)}};
  const auto sink = make_http_sink(options_for(server.url()), sample_time);
  EXPECT_EQ(sink->send(sample_message()).retry_after, seconds{120});
  const auto until_date = sink->send(sample_message()).retry_after.value();
  EXPECT_GT(until_date, seconds{3500});
  EXPECT_LE(until_date, seconds{3600});
  EXPECT_EQ(sink->send(sample_message()).retry_after, std::chrono::hours{24});
  for (const char* const useless :
       {"a word", "the past", "negative", "of a dead message", "none"}) {
    EXPECT_FALSE(sink->send(sample_message()).retry_after) << useless;
  }
}

TEST(HttpSink, FindsTheTicketsId) {
  const HttpServer server{{http_answer(201, R"({"ticket":{"id":4711}})")}};
  HttpOptions options = options_for(server.url());
  options.reference_pointer = "/ticket/id";
  const auto result = send_once(options);
  EXPECT_EQ(result.status, SendStatus::sent);
  EXPECT_EQ(result.external_reference, "4711");
}

TEST(HttpAnswer, AReferenceIsAStringOrAWholeNumber) {
  const std::string pointer = "/ticket/id";
  EXPECT_EQ(reference_in(R"({"ticket":{"id":"INC-4711"}})", pointer), "INC-4711");
  EXPECT_EQ(reference_in(R"({"ticket":{"id":18446744073709551615}})", pointer),
            "18446744073709551615");
  EXPECT_EQ(reference_in(R"({"ticket":{"id":"ok"}})", ""), "");
  for (const std::string body :
       {R"({"ticket":{"id":1.5}})", R"({"ticket":{"id":null}})", R"({"ticket":{"id":[1]}})",
        R"({"ticket":{}})", R"({"ticket":[1]})", "[]", "", "not json", R"({"ticket":{"id":1)",
        R"({"ticket":{"id":"a\nb"}})", R"({"ticket":{"id":"返金"}})"}) {
    EXPECT_EQ(reference_in(body, pointer), "") << body;
  }
  const auto with_id = [](std::size_t size) {
    return R"({"ticket":{"id":")" + std::string(size, 'i') + R"("}})";
  };
  EXPECT_EQ(reference_in(with_id(200), pointer), std::string(200, 'i'));
  EXPECT_EQ(reference_in(with_id(201), pointer), "");
  EXPECT_EQ(reference_in(std::string(k_answer_max_bytes, '['), pointer), "");
  EXPECT_EQ(reference_in("[1]", "/99999999999999999999"), "");
}

TEST(HttpSink, IsDoneWithAnAnswerThatDoesNotEnd) {
  const std::string endless =
      "HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n" + std::string(100'000, 'x');
  const HttpServer server{{endless, http_answer(200)}};
  const auto sink = make_http_sink(options_for(server.url()), sample_time);
  EXPECT_EQ(sink->send(sample_message()).status, SendStatus::sent);
  EXPECT_EQ(sink->send(sample_message()).status, SendStatus::sent);
  EXPECT_EQ(server.connections(), 2);
}

TEST(HttpSink, TriesAgainWhereNoAnswerCame) {
  HttpOptions options = options_for("http://" + address_of_nobody() + "/new?token=hush");
  EXPECT_EQ(send_once(options).status, SendStatus::retry);
  EXPECT_EQ(send_once(options).error, "network: Couldn't connect to server");

  const HttpServer resetting{{std::string{k_reset}}};
  EXPECT_EQ(send_to(resetting).status, SendStatus::retry);

  const HttpServer hanging{{std::string{k_hang}}};
  options = options_for(hanging.url());
  options.timeout = std::chrono::milliseconds{100};
  EXPECT_EQ(send_once(options).status, SendStatus::retry);
  EXPECT_EQ(send_once(options).error, "network: Timeout was reached");

  const HttpServer cut{{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\nConnection: close\r\n\r\n12345",
                        std::string{k_reset}}};
  options = options_for(cut.url());
  options.timeout = std::chrono::milliseconds{100};
  EXPECT_EQ(send_once(options).status, SendStatus::retry);
}

TEST(HttpSink, TriesAgainWhereThereIsNoTls) {
  const LoopbackServer server{[](LoopbackConnection& connection) {
    connection.read_exactly(1);
    connection.write("HTTP/1.1 400 Bad Request\r\n\r\n");
  }};
  const auto result = send_once(options_for("https://" + server.address() + "/new?token=hush"));
  EXPECT_EQ(result.status, SendStatus::retry);
  EXPECT_THAT(result.error, HasSubstr("TLS"));
}

TEST(HttpSink, DoesNotFollowTheProxyOfTheEnvironment) {
  const HttpServer server{{http_answer(200)}};
  const std::string proxy = "http://" + address_of_nobody();
  setenv("http_proxy", proxy.c_str(), 1);
  setenv("ALL_PROXY", proxy.c_str(), 1);
  EXPECT_EQ(send_to(server).status, SendStatus::sent);
  unsetenv("http_proxy");
  unsetenv("ALL_PROXY");
}

TEST(HttpSink, WhatCannotBeRequestedIsDeadWithoutARequest) {
  const HttpServer server{{http_answer(200)}};
  HttpOptions options = options_for(server.url());
  options.preset = HttpPreset::zendesk;
  options.ticket_url = server.url("/tickets/{reference}.json");
  Outgoing message = sample_resolution();
  message.external_reference.clear();
  const auto result = send_once(options, message);
  EXPECT_EQ(result.status, SendStatus::dead);
  EXPECT_THAT(result.error, HasSubstr("ticket to resolve is not known"));
  EXPECT_EQ(server.connections(), 0);
}

TEST(HttpSink, ErrorsKeepSecretsAndQueries) {
  for (const auto& answer : {http_answer(400, "s3cret hush"), http_answer(503, "s3cret hush"),
                             std::string{"nonsense s3cret hush\r\n\r\n"}, std::string{k_reset}}) {
    const HttpServer server{{answer}};
    HttpOptions options = options_for(server.url());
    options.timeout = std::chrono::milliseconds{200};
    const auto error = send_once(options).error;
    EXPECT_FALSE(error.empty());
    EXPECT_THAT(error, Not(HasSubstr("s3cret")));
    EXPECT_THAT(error, Not(HasSubstr("hush")));
    EXPECT_THAT(error, Not(HasSubstr("127.0.0.1")));
  }
}

TEST(HttpSink, RefusesOptionsThatCannotWork) {
  const auto refuses = [](auto change) {
    HttpOptions options = options_for("https://desk.example/new");
    change(options);
    EXPECT_THROW(make_http_sink(options, sample_time), std::invalid_argument);
  };
  refuses([](auto& options) { options.url = "http://desk.example/new"; });
  refuses([](auto& options) { options.ticket_url = "http://desk.example/{reference}"; });
  refuses([](auto& options) { options.ticket_url = "https://desk.example/tickets"; });
  refuses([](auto& options) { options.ticket_url = "https://{reference}.example/"; });
  refuses([](auto& options) { options.signing_secret = "whsec_short"; });
  refuses([](auto& options) { options.authorization = "Bearer a\r\nX: y"; });
  refuses([](auto& options) { options.reference_pointer = "ticket.id"; });
  refuses([](auto& options) { options.preset = HttpPreset::pagerduty; });
  refuses([](auto& options) { options.timeout = seconds{0}; });
}

TEST(AllowedUrl, IsHttpsOrLoopback) {
  for (const std::string_view url :
       {"https://desk.example", "https://desk.example:8443/path?query=1",
        "https://desk.example/tickets/{reference}.json", "https://127.0.0.1/",
        "http://127.0.0.1:8080/new", "http://127.1.2.3/", "http://[::1]:8080/", "http://localhost/",
        "https://desk.example/a@b?c=d@e"}) {
    EXPECT_TRUE(is_allowed_url(url)) << url;
  }
}

TEST(AllowedUrl, IsNothingElse) {
  for (const std::string_view url : {"",
                                     "desk.example",
                                     "http://desk.example/",
                                     "http://10.0.0.1/",
                                     "http://128.0.0.1/",
                                     "http://localhost.evil.example/",
                                     "http://127.0.0.1.evil.example/",
                                     "http://[::2]/",
                                     "http://0.0.0.0/",
                                     "ftp://127.0.0.1/",
                                     "file:///etc/passwd",
                                     "https://user@desk.example/",
                                     "https://user:password@desk.example/",
                                     "https://@desk.example/",
                                     "http://127.0.0.1@desk.example/",
                                     "https://desk.example/#part",
                                     "https://",
                                     "https:///path",
                                     "https://desk.example/a b",
                                     "https://desk.example/\r\nX: y",
                                     "https://münchen.example/",
                                     "https://{reference}.example/",
                                     "https:\\\\desk.example"}) {
    EXPECT_FALSE(is_allowed_url(url)) << url;
  }
  EXPECT_FALSE(is_allowed_url("https://desk.example/" + std::string(2048, 'a')));
}

}  // namespace
}  // namespace outbox
