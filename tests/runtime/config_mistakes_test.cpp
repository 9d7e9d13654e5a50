#include "runtime/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/config_fixture.hpp"

namespace {

using namespace runtime_test;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

TEST_F(ConfigTest, ReportsEveryMistakeAtOnceInTheFilesOrder) {
  EXPECT_THAT(errors_of(R"(
[listener]
listen = "localhost:8443"
body_max_byte = 1
[database]
url = "postgresql://app:hunter2@db/refundd"
[[source]]
name = "Omise"
provider = "omise"
webhook_secret_files = ["nowhere"]
)"),
              ElementsAre(StartsWith("listener.listen: must be an IP address and a port"),
                          "listener.certificate_file: is required",
                          "listener.private_key_file: is required",
                          "listener.body_max_byte: unknown key; did you mean \"body_max_bytes\"?",
                          AllOf(StartsWith("database.url: must not hold a password"),
                                testing::Not(HasSubstr("hunter2"))),
                          StartsWith("source[0].name: must be 1 to 63 of"),
                          AllOf(StartsWith("source[0].webhook_secret_files[0]: "),
                                HasSubstr("nowhere: cannot be opened"))));
}

TEST_F(ConfigTest, SaysWhatAnEmptyFileLacks) {
  EXPECT_THAT(errors_of(""), ElementsAre("listener.certificate_file: is required",
                                         "listener.private_key_file: is required",
                                         "source: at least one [[source]] is required"));
}

TEST_F(ConfigTest, SaysWhereTheSyntaxIsWrong) {
  EXPECT_THAT(errors_of("[listener]\nlisten = = 1\n"),
              ElementsAre(StartsWith(": line 2, column 10: ")));
  EXPECT_THAT(errors_of("[log]\n[log]\n"), ElementsAre(StartsWith(": line 2, column ")));
}

TEST_F(ConfigTest, SaysThatTheFileIsMissing) {
  const auto [config, errors] = runtime::load_config(folder.path("absent.toml"), {});
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_THAT(errors[0].message, StartsWith("cannot be opened: No such file"));
}

struct Mistake {
  std::string_view listener;  // lines added to [listener]
  std::string_view source;    // lines added to [[source]], and tables after it
  std::string_view error;
};

TEST_F(ConfigTest, RefusesWrongValues) {
  const Mistake mistakes[] = {
      {"body_max_bytes = 1023", "",
       "listener.body_max_bytes: must be a whole number from 1024 to 16777216"},
      {"body_max_bytes = 16777217", "",
       "listener.body_max_bytes: must be a whole number from 1024 to 16777216"},
      {"body_max_bytes = 2048.0", "",
       "listener.body_max_bytes: must be a whole number from 1024 to 16777216"},
      {"connections_max = 0", "",
       "listener.connections_max: must be a whole number from 1 to 100000"},
      {"connections_max = \"many\"", "",
       "listener.connections_max: must be a whole number from 1 to 100000"},
      {"head_timeout_seconds = 0", "",
       "listener.head_timeout_seconds: must be a whole number from 1 to 3600"},
      {"stop_timeout_seconds = 3601", "",
       "listener.stop_timeout_seconds: must be a whole number from 1 to 3600"},
      {"", "timestamp_tolerance_seconds = 86401",
       "source[0].timestamp_tolerance_seconds: must be a whole number from 1 to 86400"},
      {"", "livemode = \"yes\"", "source[0].livemode: must be true or false"},
      {"", "missing_status = 1", "source[0].missing_status: must be a text: \"…\""},
      {"", "currency_default = \"\"",
       "source[0].currency_default: must be neither empty nor hold control characters"},
      {"", "test_recipient = \"a@b\\nBcc: c@d\"",
       "source[0].test_recipient: must be neither empty nor hold control characters"},
      {"", "secrets = []", "source[0].secrets: unknown key"},
      {"", "[database]\nconnections = 65",
       "database.connections: must be a whole number from 1 to 64"},
      {"", "[database]\nurl = \"host=db\"", "database.url: must be a libpq URL: postgresql://…"},
      {"", "[ingest]\nqueue_max = 1000001",
       "ingest.queue_max: must be a whole number from 1 to 1000000"},
      {"", "[ingest]\nbatch_max = -1", "ingest.batch_max: must be a whole number from 1 to 10000"},
      {"", "[log]\nlevel = \"trace\"", "log.level: must be one of debug, info, warn, error"},
      {"", "[log]\nformat = true", "log.format: must be a text: \"…\""},
      {"", "[admin]\nlisten = \"0.0.0.0:8443\"",
       "admin.listen: must not be the address of listener.listen"},
      {"", "[log]\nformat = \"xml\"", "log.format: must be one of text, json, journald"},
      {"tls = \"maybe\"", "", "listener.tls: must be one of on, off"},
      {"", "[admin]\nlisten = \"unix:/run/s\"", "admin.listen: must be an IP address and a port"},
      {"", "[logs]", "logs: unknown key; did you mean \"log\"?"},
      {"", "[metrics]\nport = 1", "metrics: unknown key"},
      {"zzzz = 1", "", "listener.zzzz: unknown key"},
      {"", "[admin]\nzzzz = 1", "admin.zzzz: unknown key"},
      {"", "[database]\nzzzz = 1", "database.zzzz: unknown key"},
      {"", "[ingest]\nzzzz = 1", "ingest.zzzz: unknown key"},
      {"", "[log]\nzzzz = 1", "log.zzzz: unknown key"},
      {"", "zzzz = 1", "source[0].zzzz: unknown key"},
  };
  for (const auto& [listener, source, error] : mistakes) {
    const auto text = std::string{k_good_listener} + std::string{listener} + "\n" +
                      std::string{k_good_source} + std::string{source} + "\n";
    EXPECT_THAT(errors_of(text), ElementsAre(std::string{error})) << listener << source;
  }
}

TEST_F(ConfigTest, RefusesAPrivateKeyThatOthersMayReadButNotSuchACertificate) {
  folder.write("key.pem", "key\n", k_private | fs::perms::others_read);
  EXPECT_THAT(errors_of(good_config()),
              ElementsAre("listener.private_key_file: " + folder.path("key.pem").string() +
                          ": is open to others; take their rights away (chmod o=)"));
}

TEST_F(ConfigTest, RefusesATableOfTheWrongShape) {
  const std::string listener{k_good_listener};
  EXPECT_THAT(errors_of(listener + "[source]\nname = \"a\""),
              ElementsAre("source: must be an array of tables: [[source]]"));
  EXPECT_THAT(errors_of("source = [1]\n" + listener),
              ElementsAre("source: must be an array of tables: [[source]]"));
  EXPECT_THAT(errors_of("log = 1\n" + good_config()), ElementsAre("log: must be a table: [log]"));
}

TEST_F(ConfigTest, KnowsAPasswordInADatabaseUrl) {
  const std::pair<std::string_view, bool> cases[] = {
      {"postgresql://u:p@h/d", true},
      {"postgres://u:p@h/d", true},
      {"postgresql:///d?user=u&password=p", true},
      {"postgresql:///d?sslpassword=p", true},
      {"postgresql://u@h:5432/d", false},
      {"postgresql://u@[::1]:5432/d", false},
      {"postgresql:///d?passfile=/etc/refundd/pgpass", false},
      {"postgresql:///d?options=-c%20a=b:c@d", false},
  };
  for (const auto& [url, refused] : cases) {
    const auto errors = errors_of(good_config() + "[database]\nurl = \"" + std::string{url} + "\"");
    EXPECT_EQ(!errors.empty(), refused) << url;
  }
}

TEST_F(ConfigTest, RefusesSourcesWithoutOrWithDoubleKeys) {
  EXPECT_THAT(errors_of(std::string{k_good_listener} + "[[source]]\n"),
              ElementsAre("source[0].name: is required", "source[0].provider: is required",
                          HasSubstr("exactly one of webhook_secret_files and "
                                    "webhook_token_files is required")));
  EXPECT_THAT(errors_of(good_config() + "webhook_token_files = [\"token\"]"),
              ElementsAre(HasSubstr("exactly one of")));
  EXPECT_THAT(errors_of(good_config() + std::string{k_good_source}),
              ElementsAre("source[1].name: is the name of another source already"));
}

TEST_F(ConfigTest, KeepsThePlacesOfSourcesAndSecretsThatAreWrong) {
  const auto [config, errors] = load(std::string{k_good_listener} + R"([[source]]
name = 1
[[source]]
name = "b"
provider = "payjp"
webhook_token_files = ["nowhere", "token"]
)");
  EXPECT_FALSE(errors.empty());
  ASSERT_EQ(config.sources.size(), 2U);
  EXPECT_THAT(config.sources[1].secrets, ElementsAre("", "token-1"));
}

TEST_F(ConfigTest, AcceptsOnlySourceNamesThatFitAUrlPath) {
  const std::pair<std::string, bool> cases[] = {
      {"a", true},
      {"0-th", true},
      {std::string(63, 'a'), true},
      {std::string(64, 'a'), false},
      {"-a", false},
      {"A", false},
      {"a/b", false},
      {"a_b", false},
  };
  for (const auto& [name, accepted] : cases) {
    auto text = good_config();
    text.replace(text.find("omise-th"), 8, name);
    EXPECT_EQ(errors_of(text).empty(), accepted) << name;
  }
}

}  // namespace
