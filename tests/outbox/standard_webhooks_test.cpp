#include "outbox/standard_webhooks.hpp"

#include <gtest/gtest.h>

#include "runtime/base64.hpp"

namespace outbox {
namespace {

// Published with the specification of Standard Webhooks.
constexpr std::string_view k_secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
constexpr WebhookContent k_content{.id = "msg_p5jXN8AQM9LWM0D4loKWxJek",
                                   .timestamp = 1614265330,
                                   .body = R"({"test": 2432232314})"};

TEST(StandardWebhooks, SignsThePublishedVector) {
  EXPECT_EQ(sign(*parse_webhook_secret(k_secret), k_content),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(StandardWebhooks, SignsIdTimeAndBody) {
  const auto secret = *parse_webhook_secret(k_secret);
  auto other_id = k_content;
  other_id.id = "msg_p5jXN8AQM9LWM0D4loKWxJeL";
  auto other_time = k_content;
  other_time.timestamp += 1;
  auto other_body = k_content;
  other_body.body = R"({"test": 2432232315})";
  for (const auto& other : {other_id, other_time, other_body}) {
    EXPECT_NE(sign(secret, other), sign(secret, k_content));
  }
}

TEST(StandardWebhooks, TakesSecretsOf24To64Bytes) {
  for (const std::size_t size : {24U, 32U, 64U}) {
    const std::string key(size, 'k');
    const auto secret = parse_webhook_secret("whsec_" + runtime::encode_base64(key));
    ASSERT_TRUE(secret) << size;
    EXPECT_EQ(secret->key, key);
  }
  for (const std::size_t size : {0U, 1U, 23U, 65U}) {
    EXPECT_FALSE(parse_webhook_secret("whsec_" + runtime::encode_base64(std::string(size, 'k'))))
        << size;
  }
}

TEST(StandardWebhooks, RefusesWhatIsNoSecret) {
  for (const std::string_view text : {
           "", "whsec_",
           "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",          // no prefix
           "WHSEC_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",    // not our prefix
           "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS",     // cut
           "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n",  // a line
           "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa-_",    // another alphabet
           "whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",     // an asymmetric one
       }) {
    EXPECT_FALSE(parse_webhook_secret(text)) << text;
  }
}

}  // namespace
}  // namespace outbox
