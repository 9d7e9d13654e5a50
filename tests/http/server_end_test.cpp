// How connections end: by a deadline, by the limit, by a stop.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>

#include "http/requests.hpp"
#include "http/running_server.hpp"

namespace http {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

TEST(ServerEndTest, TellsASlowClientThatItIsTooSlow) {
  RunningServer server{ServerLimits{.head_timeout = seconds{1}, .body_timeout = seconds{1}}};
  auto slow_head = server.tls_client();
  auto slow_body = server.tls_client();
  slow_head.send("POST /webhooks");
  slow_body.send(post("{}").substr(0, post("{}").size() - 1));
  EXPECT_THAT(slow_head.read_all(), StartsWith("HTTP/1.1 408 "));
  EXPECT_THAT(slow_body.read_all(), StartsWith("HTTP/1.1 408 "));
}

TEST(ServerEndTest, ClosesAConnectionThatDoesNotShakeHands) {
  RunningServer server{ServerLimits{.handshake_timeout = seconds{1}}};
  Client silent{server.port(), Transport::plain};
  EXPECT_THAT(silent.read_all(), IsEmpty());
  Client garbage{server.port(), Transport::plain};
  garbage.send(k_health);
  EXPECT_THAT(garbage.read_all(), Not(HasSubstr("HTTP/1.1 200")));
}

TEST(ServerEndTest, LetsClientsWaitAtTheConnectionLimit) {
  RunningServer server{ServerLimits{.connections_max = 1}};
  auto first = std::make_unique<Client>(server.port(), Transport::tls);
  Client second{server.port(), Transport::plain};  // connected by the kernel, not yet accepted
  first->send(k_health);
  EXPECT_THAT(first->read_answer(), StartsWith("HTTP/1.1 200 "));
  first.reset();
  second.send(k_health);  // not TLS: whoever takes it, ends it
  EXPECT_THAT(second.read_all(), Not(HasSubstr("HTTP/1.1 200")));
  auto third = server.tls_client();
  third.send(k_health);
  EXPECT_THAT(third.read_answer(), StartsWith("HTTP/1.1 200 "));
}

TEST(ServerEndTest, StopsAtOnceWhenEveryConnectionIsIdle) {
  RunningServer server;
  auto idle = server.tls_client();
  idle.send(k_health);
  idle.read_answer();
  server.stop();
  EXPECT_TRUE(server.wait_until_stopped());
  EXPECT_THAT(idle.read_all(), IsEmpty());
  EXPECT_THROW(server.tls_client(), boost::system::system_error);
}

TEST(ServerEndTest, AStopGivesThoseWhoHaveJustComeASecond) {
  RunningServer server;
  auto silent = server.tls_client();
  auto early = server.tls_client();
  std::promise<void> sent;
  server.stop([&] {
    early.send(k_health);
    sent.set_value();
  });
  sent.get_future().wait();
  EXPECT_THAT(early.read_answer(), StartsWith("HTTP/1.1 200 "));
  EXPECT_TRUE(server.wait_until_stopped());
  EXPECT_THAT(silent.read_all(), IsEmpty());
}

TEST(ServerEndTest, AnswersTheWebhookThatArrivesWhileItStops) {
  RunningServer server;
  auto client = server.tls_client();
  // The first answer shows that the second request's first byte has arrived with it.
  client.send(std::string{k_health} + "P");
  client.read_answer();
  server.stop();
  client.send(trusted_post().substr(1));
  const std::string answer = client.read_all();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 503 ")) << "because there is no database";
  EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n"));
}

}  // namespace
}  // namespace http
