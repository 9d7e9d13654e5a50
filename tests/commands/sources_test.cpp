#include "commands/sources.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "providers/registry.hpp"

namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

runtime::SourceConfig omise() {
  runtime::SourceConfig source;
  source.name = "omise-th";
  source.provider = "omise";
  source.secret_files_key = "webhook_secret_files";
  source.secrets = {"c2VjcmV0LW9uZQ==", "c2VjcmV0LXR3bw=="};
  source.timestamp_tolerance = std::chrono::seconds{60};
  source.currency_default = "thb";
  return source;
}

runtime::SourceConfig payjp() {
  runtime::SourceConfig source;
  source.name = "payjp-jp";
  source.provider = "payjp";
  source.secret_files_key = "webhook_token_files";
  source.secrets = {"whook_token"};
  source.livemode = false;
  source.missing_status = "successful";
  source.test_recipient = "test@shop.example";
  return source;
}

commands::SourcesResult make(std::vector<runtime::SourceConfig> sources) {
  runtime::Config config;
  config.sources = std::move(sources);
  return commands::make_sources(config);
}

TEST(Sources, HaveWhatTheConfigurationSays) {
  const auto [sources, errors] = make({omise(), payjp()});
  ASSERT_THAT(errors, IsEmpty());
  ASSERT_EQ(sources.size(), 2U);
  EXPECT_EQ(sources[0].name, "omise-th");
  EXPECT_EQ(sources[0].provider, providers::find("omise"));
  EXPECT_THAT(sources[0].secrets, ElementsAre("secret-one", "secret-two"));
  EXPECT_EQ(sources[0].timestamp_tolerance, std::chrono::seconds{60});
  EXPECT_TRUE(sources[0].livemode);
  EXPECT_EQ(sources[0].missing_status, domain::RefundStatus::pending);
  EXPECT_EQ(sources[0].currency_default, domain::Currency::parse("THB"));
  EXPECT_FALSE(sources[0].has_test_recipient);
  EXPECT_EQ(sources[1].provider, providers::find("payjp"));
  EXPECT_THAT(sources[1].secrets, ElementsAre("whook_token"));
  EXPECT_EQ(sources[1].timestamp_tolerance, std::chrono::seconds{300});
  EXPECT_FALSE(sources[1].livemode);
  EXPECT_EQ(sources[1].missing_status, domain::RefundStatus::successful);
  EXPECT_EQ(sources[1].currency_default, std::nullopt);
  EXPECT_TRUE(sources[1].has_test_recipient);
}

struct Mistake {
  std::function<void(runtime::SourceConfig&)> make;
  std::string key;
  std::string message;
};

void expect_refused(const runtime::SourceConfig& good, const std::vector<Mistake>& mistakes) {
  for (const auto& mistake : mistakes) {
    auto wrong = good;
    mistake.make(wrong);
    const auto errors = make({omise(), wrong}).errors;
    ASSERT_EQ(errors.size(), 1U) << mistake.message;
    EXPECT_EQ(errors[0].key, "source[1]." + mistake.key);
    EXPECT_EQ(errors[0].message, mistake.message);
  }
}

TEST(Sources, RefuseMistakesInAnOmiseSource) {
  using Config = runtime::SourceConfig;
  expect_refused(omise(), {{[](Config& c) { c.provider = "stripe"; }, "provider",
                            "unknown; the known ones are omise, payjp"},
                           {[](Config& c) { c.secret_files_key = "webhook_token_files"; },
                            "webhook_token_files", "omise has webhook_secret_files instead"},
                           {[](Config& c) { c.secrets[1] = "no base64!"; },
                            "webhook_secret_files[1]", "does not hold a secret as omise gives it"},
                           {[](Config& c) { c.missing_status = "canceled"; }, "missing_status",
                            "must be one of pending, successful, failed"},
                           {[](Config& c) { c.missing_status = "closed"; }, "missing_status",
                            "must be one of pending, successful, failed"},
                           {[](Config& c) { c.currency_default = "BAHT"; }, "currency_default",
                            "must be a currency of ISO 4217, like \"JPY\""}});
}

TEST(Sources, RefuseMistakesInAPayjpSource) {
  using Config = runtime::SourceConfig;
  expect_refused(payjp(),
                 {{[](Config& c) { c.secret_files_key = "webhook_secret_files"; },
                   "webhook_secret_files", "payjp has webhook_token_files instead"},
                  {[](Config& c) { c.timestamp_tolerance = std::chrono::seconds{300}; },
                   "timestamp_tolerance_seconds", "payjp does not say when it signs; remove it"}});
}

TEST(Sources, ReportTheMistakesOfAllSources) {
  auto first = omise();
  first.provider = "stripe";
  first.missing_status = "x";
  auto second = payjp();
  second.currency_default = "x";
  EXPECT_EQ(make({first, second}).errors.size(), 3U);
}

TEST(Sources, NeverTellASecret) {
  auto source = omise();
  source.secrets = {"hunter2!"};
  for (const auto& error : make({source}).errors) {
    EXPECT_THAT(error.message, Not(HasSubstr("hunter2")));
  }
}

TEST(Sources, SayNothingOfWhatTheFileLacksAlready) {
  runtime::SourceConfig source;  // every required key is missing
  source.secret_files_key = "webhook_secret_files";
  EXPECT_THAT(make({source}).errors, IsEmpty());
  source = omise();
  source.secrets[0].clear();  // its file was refused
  EXPECT_THAT(make({source}).errors, IsEmpty());
}

}  // namespace
