#include "commands/send.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "commands/tls_server.hpp"
#include "providers/registry.hpp"
#include "runtime/config_folder.hpp"

namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

const auto k_now = *domain::parse_rfc3339("2026-01-31T10:03:34Z");

class SendTest : public testing::Test {
 protected:
  SendTest() {
    setup.config.listener.certificate_file = folder.write("cert.pem", identity.certificate);
    setup.sources.resize(2);
    auto& omise = setup.sources[0];
    omise.name = "omise-th";
    omise.provider = providers::find("omise");
    omise.secrets = {"secret-one", "secret-two"};
    omise.currency_default = domain::Currency::parse("THB");
    auto& payjp = setup.sources[1];
    payjp.name = "payjp-jp";
    payjp.provider = providers::find("payjp");
    payjp.secrets = {"token-1"};
    payjp.livemode = false;
    options.source = "omise-th";
    options.sample.event_type = "refund.create";
  }

  [[nodiscard]] commands::OutgoingEvent prepare() const {
    return commands::prepare_event(options, setup, k_now);
  }

  /// What the daemon would make of it.
  [[nodiscard]] providers::Accepted accepted(const commands::OutgoingEvent& event) const {
    providers::Headers headers;
    for (const auto& [name, value] : event.request.headers) {
      headers.add(name, value);
    }
    const auto& source = options.source == "omise-th" ? setup.sources[0] : setup.sources[1];
    return providers::accept(source, headers, *event.request.body, k_now);
  }

  [[nodiscard]] std::string usage_error() const {
    try {
      static_cast<void>(prepare());
    } catch (const commands::UsageError& error) {
      return error.message;
    }
    return {};
  }

  runtime_test::ConfigFolder folder;
  commands_test::Identity identity = commands_test::make_identity();
  commands::Setup setup;
  commands::SendOptions options;
};

TEST_F(SendTest, EveryEventTypeIsAcceptedByItsOwnSource) {
  for (const auto& source : setup.sources) {
    for (const auto type : source.provider->event_types) {
      options.source = source.name;
      options.sample.event_type = type;
      options.sample.order_id = "order-1";
      const auto prepared = prepare();
      const auto result = accepted(prepared);
      const auto* event = std::get_if<domain::Event>(&result);
      ASSERT_NE(event, nullptr) << type;
      EXPECT_EQ(event->event_type, type);
      EXPECT_EQ(event->event_id, prepared.event_id);
      EXPECT_EQ(event->refund_id, prepared.refund_id) << type;
      EXPECT_EQ(event->livemode, source.livemode);
      EXPECT_EQ(event->disposition, domain::Disposition::apply) << type << event->reason;
    }
  }
}

TEST_F(SendTest, OptionsReachTheEvent) {
  options.sample = {.event_type = "refund.fail",
                    .event_id = "evnt_1",
                    .refund_id = "rfnd_1",
                    .charge_id = "chrg_1",
                    .order_id = "order-1",
                    .amount_minor = 2500,
                    .currency = "JPY",
                    .status = {},
                    .reason = "requested",
                    .failure_code = "insufficient_balance",
                    .failure_message = "no money",
                    .payment_method = {},
                    .voided = false,
                    .occurred_at = domain::parse_rfc3339("2026-01-30T00:00:00Z")};
  const auto result = accepted(prepare());
  const auto& event = std::get<domain::Event>(result);
  EXPECT_EQ(event.event_id, "evnt_1");
  ASSERT_TRUE(event.refund);
  EXPECT_EQ(event.refund->refund_id, "rfnd_1");
  EXPECT_EQ(event.refund->charge_id, "chrg_1");
  EXPECT_EQ(event.refund->order_id, "order-1");
  EXPECT_EQ(event.refund->amount, (domain::Money{2500, *domain::Currency::parse("JPY")}));
  EXPECT_EQ(event.refund->status, domain::RefundStatus::failed);
  EXPECT_EQ(event.refund->failure_code, "insufficient_balance");
  EXPECT_EQ(event.occurred_at, *options.sample.occurred_at);
}

TEST_F(SendTest, MakesUpIdsThatAreNewButKeepsTheChargeOfARefund) {
  const auto first = prepare();
  const auto second = prepare();
  EXPECT_THAT(first.event_id, StartsWith("evnt_"));
  EXPECT_THAT(first.refund_id, StartsWith("rfnd_"));
  EXPECT_NE(first.event_id, second.event_id);
  EXPECT_NE(first.refund_id, second.refund_id);
  options.sample.refund_id = first.refund_id;
  EXPECT_EQ(std::get<domain::Event>(accepted(first)).charge_id,
            std::get<domain::Event>(accepted(prepare())).charge_id);
}

TEST_F(SendTest, MarksIdsOfATestModeSource) {
  options.source = "payjp-jp";
  options.sample.event_type = "refund.created";
  EXPECT_THAT(prepare().refund_id, StartsWith("re_test_"));
}

TEST_F(SendTest, ForgedEventsAreRefused) {
  options.forge = true;
  EXPECT_TRUE(std::holds_alternative<providers::Unauthenticated>(accepted(prepare())));
  options.source = "payjp-jp";
  options.sample.event_type = "refund.created";
  EXPECT_TRUE(std::holds_alternative<providers::Unauthenticated>(accepted(prepare())));
}

TEST_F(SendTest, SignsTheBytesOfABodyFile) {
  const std::string body = "{ \"object\":\"event\",\r\n\t\"id\":\"evnt_1\" }\n\n";
  options.body_file = folder.write("body.json", body);
  options.sample.event_type.clear();
  for (const auto* source : {"omise-th", "payjp-jp"}) {
    options.source = source;
    const auto event = prepare();
    EXPECT_EQ(event.request.body, body);
    EXPECT_THAT(event.event_id, IsEmpty());
    EXPECT_FALSE(std::holds_alternative<providers::Unauthenticated>(accepted(event))) << source;
  }
  options.forge = true;
  EXPECT_TRUE(std::holds_alternative<providers::Unauthenticated>(accepted(prepare())));
}

TEST_F(SendTest, PostsToTheListenerOfThisMachine) {
  using runtime::Endpoint;
  const std::pair<Endpoint, std::string> cases[] = {
      {{"0.0.0.0", 8443}, "https://127.0.0.1:8443/webhooks/omise-th"},
      {{"::", 1}, "https://[::1]:1/webhooks/omise-th"},
      {{"192.0.2.7", 443}, "https://192.0.2.7:443/webhooks/omise-th"},
  };
  for (const auto& [endpoint, url] : cases) {
    setup.config.listener.listen = endpoint;
    EXPECT_EQ(prepare().request.url, url);
    EXPECT_TRUE(prepare().request.public_key_pin);
  }
}

TEST_F(SendTest, SpeaksAsABalancerWhereItIsBelievedAsOne) {
  auto& listener = setup.config.listener;
  EXPECT_FALSE(prepare().request.proxy_header);
  listener.client_address = runtime::ClientAddress::proxy_protocol;
  listener.trusted_proxies = {*runtime::Network::parse("192.0.2.0/24")};
  EXPECT_FALSE(prepare().request.proxy_header);
  listener.trusted_proxies.push_back(*runtime::Network::parse("127.0.0.1"));
  EXPECT_TRUE(prepare().request.proxy_header);
  options.url = "https://127.0.0.1:1/webhooks/omise-th";
  EXPECT_FALSE(prepare().request.proxy_header);
}

TEST_F(SendTest, SaysThatItHasNoCertificateToShow) {
  setup.config.listener.client_ca_file = "/etc/refundd/clients-ca.pem";
  EXPECT_THAT(usage_error(), HasSubstr("client_ca_file"));
}

TEST_F(SendTest, SpeaksPlainHttpWhereABalancerEndsTls) {
  auto& listener = setup.config.listener;
  listener.tls = false;
  listener.certificate_file.clear();
  listener.listen = {"127.0.0.1", 8080};
  EXPECT_EQ(prepare().request.url, "http://127.0.0.1:8080/webhooks/omise-th");
  EXPECT_FALSE(prepare().request.public_key_pin);
  listener.listen = {"", 0, "/run/refundd/webhooks.sock"};
  EXPECT_EQ(prepare().request.url, "http://localhost/webhooks/omise-th");
  EXPECT_EQ(prepare().request.unix_socket, "/run/refundd/webhooks.sock");
  options.url = "https://refunds.example/webhooks/omise-th";
  EXPECT_EQ(prepare().request.url, *options.url);
  EXPECT_THAT(prepare().request.unix_socket, IsEmpty());
  options.url = "http://refunds.example/webhooks/omise-th";
  EXPECT_THAT(usage_error(), HasSubstr("this machine"));
}

TEST_F(SendTest, NamesWhatIsWrongWithTheUsage) {
  setup.config.listener.listen.port = 0;
  EXPECT_THAT(usage_error(), HasSubstr("--url"));
  options.url = "https://127.0.0.1:1/webhooks/omise-th";
  EXPECT_THAT(usage_error(), IsEmpty());
  options.sample.event_type = "refund.created";
  EXPECT_THAT(usage_error(), AllOf(HasSubstr("refund.created"), HasSubstr("refund.create, ")));
  options.sample.event_type.clear();
  EXPECT_THAT(usage_error(), HasSubstr("--event is required"));
  options.source = "nobody";
  EXPECT_THAT(usage_error(), HasSubstr("there are: omise-th, payjp-jp"));
}

TEST_F(SendTest, PrintsTheAnswerAndTheIds) {
  options.sample.event_id = "evnt_1";
  options.sample.refund_id = "rfnd_1";
  options.sample.occurred_at = k_now;  // else the body's length depends on the clock
  const auto body_size = prepare().request.body->size();
  for (const bool json : {false, true}) {
    commands_test::TlsServer server{
        identity, "HTTP/1.1 401 No\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}", body_size};
    options.url = server.url();
    options.json = json;
    std::ostringstream out;
    EXPECT_EQ(commands::send(options, setup, out), 1);
    if (json) {
      EXPECT_EQ(nlohmann::json::parse(out.str()),
                nlohmann::json::parse(R"({"status": 401, "answer": {}, "event_id": "evnt_1",
                                          "refund_id": "rfnd_1"})"));
    } else {
      EXPECT_EQ(out.str(), "401 {}\nevent_id   evnt_1\nrefund_id  rfnd_1\n");
    }
  }
}

}  // namespace
