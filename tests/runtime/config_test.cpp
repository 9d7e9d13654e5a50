#include "runtime/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/config_fixture.hpp"

namespace {

using namespace runtime_test;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

TEST_F(ConfigTest, FillsInDefaults) {
  const auto [config, errors] = load(good_config());
  ASSERT_THAT(errors, IsEmpty());
  EXPECT_EQ(config.listener.listen.port, 8443);
  EXPECT_EQ(config.listener.body_max_bytes, 262144U);
  EXPECT_EQ(config.database.url, "postgresql:///refundd?host=/run/postgresql");
  ASSERT_EQ(config.sources.size(), 1U);
  EXPECT_EQ(config.sources[0].missing_status, "pending");
  EXPECT_FALSE(config.sources[0].timestamp_tolerance);
  EXPECT_FALSE(config.sources[0].currency_default);
}

TEST_F(ConfigTest, ReadsEveryKey) {
  const auto [config, errors] = load(R"(
[listener]
listen = "[::1]:0"
certificate_file = "cert.pem"
private_key_file = "key.pem"
body_max_bytes = 1024
connections_max = 7
handshake_timeout_seconds = 1
head_timeout_seconds = 2
body_timeout_seconds = 3
write_timeout_seconds = 4
idle_timeout_seconds = 6
stop_timeout_seconds = 3600
[admin]
listen = "127.0.0.2:9191"
[database]
url = "postgres://refundd@db.example:5433/refundd?passfile=/etc/refundd/pgpass"
connections = 64
[ingest]
queue_max = 1
batch_max = 10000
[log]
level = "warn"
format = "json"
[[source]]
name = "payjp-jp"
provider = "payjp"
webhook_token_files = ["token", "secret"]
timestamp_tolerance_seconds = 86400
livemode = false
missing_status = "successful"
currency_default = "JPY"
test_recipient = "test@shop.example"
)");
  ASSERT_THAT(errors, IsEmpty());
  const auto& listener = config.listener;
  EXPECT_EQ(listener.listen.address, "::1");
  EXPECT_EQ(listener.listen.port, 0);
  EXPECT_EQ(listener.certificate_file, folder.path("cert.pem"));
  EXPECT_EQ(listener.private_key_file, folder.path("key.pem"));
  EXPECT_EQ(listener.body_max_bytes, 1024U);
  EXPECT_EQ(listener.connections_max, 7U);
  EXPECT_EQ(listener.handshake_timeout.count(), 1);
  EXPECT_EQ(listener.head_timeout.count(), 2);
  EXPECT_EQ(listener.body_timeout.count(), 3);
  EXPECT_EQ(listener.write_timeout.count(), 4);
  EXPECT_EQ(listener.idle_timeout.count(), 6);
  EXPECT_EQ(listener.stop_timeout.count(), 3600);
  EXPECT_EQ(config.admin.listen.address, "127.0.0.2");
  EXPECT_EQ(config.admin.listen.port, 9191);
  EXPECT_THAT(config.database.url, StartsWith("postgres://refundd@"));
  EXPECT_EQ(config.database.connections, 64U);
  EXPECT_EQ(config.ingest.queue_max, 1U);
  EXPECT_EQ(config.ingest.batch_max, 10000U);
  EXPECT_EQ(config.log.level, runtime::LogLevel::warn);
  EXPECT_EQ(config.log.format, runtime::LogFormat::json);
  ASSERT_EQ(config.sources.size(), 1U);
  const auto& source = config.sources[0];
  EXPECT_EQ(source.name, "payjp-jp");
  EXPECT_EQ(source.provider, "payjp");
  EXPECT_EQ(source.secret_files_key, "webhook_token_files");
  EXPECT_THAT(source.secrets, ElementsAre("token-1", "c2VjcmV0"));
  EXPECT_EQ(source.timestamp_tolerance, std::chrono::seconds{86400});
  EXPECT_FALSE(source.livemode);
  EXPECT_EQ(source.missing_status, "successful");
  EXPECT_EQ(source.currency_default, "JPY");
  EXPECT_EQ(source.test_recipient, "test@shop.example");
}

TEST_F(ConfigTest, FindsSecretsAndTlsFilesAmongTheCredentialsFirst) {
  folder.write("credentials/secret", "from-credentials\n");
  folder.write("credentials/key.pem", "key\n");
  const auto [config, errors] = runtime::load_config(folder.write("refundd.toml", good_config()),
                                                     {folder.path("credentials")});
  ASSERT_THAT(errors, IsEmpty());
  EXPECT_THAT(config.sources[0].secrets, ElementsAre("from-credentials"));
  EXPECT_EQ(config.listener.private_key_file, folder.path("credentials/key.pem"));
  EXPECT_EQ(config.listener.certificate_file, folder.path("cert.pem"));
}

TEST_F(ConfigTest, FindsInTheFolderOfSecretsWhatIsNotBesideTheFile) {
  const auto file = folder.write("refundd.toml", good_config());
  folder.write("secrets/secret", "from-the-folder\n");
  EXPECT_THAT(runtime::load_config(file, {}).config.sources[0].secrets,
              Not(ElementsAre("from-the-folder")))
      << "what stands beside the file comes first";
  fs::remove(folder.path("secret"));
  const auto [config, errors] = runtime::load_config(file, {});
  ASSERT_THAT(errors, IsEmpty());
  EXPECT_THAT(config.sources[0].secrets, ElementsAre("from-the-folder"));
}

TEST_F(ConfigTest, ShippedConfigurationLoadsAndStatesTheDefaults) {
  for (const auto* name : {"tls-private-key.pem", "tls-certificate.pem", "omise-webhook-secret",
                           "payjp-webhook-token"}) {
    folder.write(name, "x");
  }
  fs::copy(REFUNDD_SHIPPED_CONFIG, folder.path("refundd.toml"));
  const auto [config, errors] = runtime::load_config(folder.path("refundd.toml"), {});
  const runtime::Config defaults;
  ASSERT_THAT(errors, IsEmpty());
  EXPECT_EQ(config.listener.listen.address, defaults.listener.listen.address);
  EXPECT_EQ(config.listener.listen.port, defaults.listener.listen.port);
  EXPECT_EQ(config.listener.body_max_bytes, defaults.listener.body_max_bytes);
  EXPECT_EQ(config.listener.connections_max, defaults.listener.connections_max);
  EXPECT_EQ(config.listener.handshake_timeout, defaults.listener.handshake_timeout);
  EXPECT_EQ(config.listener.head_timeout, defaults.listener.head_timeout);
  EXPECT_EQ(config.listener.body_timeout, defaults.listener.body_timeout);
  EXPECT_EQ(config.listener.write_timeout, defaults.listener.write_timeout);
  EXPECT_EQ(config.listener.idle_timeout, defaults.listener.idle_timeout);
  EXPECT_EQ(config.listener.stop_timeout, defaults.listener.stop_timeout);
  EXPECT_EQ(config.admin.listen.port, defaults.admin.listen.port);
  EXPECT_EQ(config.database.url, defaults.database.url);
  EXPECT_EQ(config.database.connections, defaults.database.connections);
  EXPECT_EQ(config.ingest.queue_max, defaults.ingest.queue_max);
  EXPECT_EQ(config.ingest.batch_max, defaults.ingest.batch_max);
  EXPECT_EQ(config.log.level, defaults.log.level);
  EXPECT_EQ(config.log.format, defaults.log.format);
  EXPECT_EQ(config.sources.size(), 2U);
}

}  // namespace
