#include "commands/setup.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "commands/check_config.hpp"
#include "commands/tls_server.hpp"
#include "runtime/config_folder.hpp"

namespace {

using namespace runtime_test;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

std::string good_config() {
  return std::string{k_good_listener} + std::string{k_good_source};
}

class SetupTest : public testing::Test {
 protected:
  SetupTest() {
    folder.write_named_files();
    folder.write("cert.pem", commands_test::make_identity().certificate);
  }

  int check(std::string_view config, bool json) {
    return commands::check_config({folder.write("refundd.toml", config), json}, out, errors);
  }

  ConfigFolder folder;
  std::ostringstream out;
  std::ostringstream errors;
};

TEST_F(SetupTest, IsReadFromAGoodConfiguration) {
  const auto setup = commands::load_setup(folder.write("refundd.toml", good_config()), errors);
  ASSERT_TRUE(setup);
  EXPECT_THAT(errors.str(), IsEmpty());
  ASSERT_EQ(setup->sources.size(), 1U);
  EXPECT_EQ(setup->sources[0].name, setup->config.sources[0].name);
}

TEST_F(SetupTest, PrintsTheMistakesOfFileAndSourcesTogether) {
  auto text = good_config() + "missing_status = \"closed\"\ncolour = 1\n";
  const auto file = folder.write("refundd.toml", text);
  EXPECT_FALSE(commands::load_setup(file, errors));
  EXPECT_EQ(errors.str(), file.string() + ": source[0].colour: unknown key\n" + file.string() +
                              ": source[0].missing_status: must be one of pending, successful, "
                              "failed\n");
}

TEST_F(SetupTest, PrintsAMistakeOfTheWholeFileWithoutAKey) {
  const auto file = folder.path("absent.toml");
  EXPECT_FALSE(commands::load_setup(file, errors));
  EXPECT_EQ(errors.str(), file.string() + ": cannot be opened: No such file or directory\n");
}

TEST_F(SetupTest, CheckConfigSaysWhatIsSetUp) {
  EXPECT_EQ(check(good_config(), /*json=*/false), 0);
  EXPECT_THAT(out.str(), AllOf(HasSubstr("0.0.0.0:8443"), HasSubstr("omise-th: omise, live")));
  EXPECT_THAT(errors.str(), IsEmpty());
}

TEST_F(SetupTest, CheckConfigSaysItInJson) {
  EXPECT_EQ(check(good_config(), /*json=*/true), 0);
  const auto json = nlohmann::json::parse(out.str());
  EXPECT_EQ(json.at("valid"), true);
  EXPECT_EQ(json.at("sources").at(0).at("path"), "/webhooks/omise-th");
}

TEST_F(SetupTest, CheckConfigFailsWithEveryMistake) {
  EXPECT_EQ(check(good_config() + "colour = 1\n", /*json=*/true), 1);
  const auto json = nlohmann::json::parse(out.str());
  EXPECT_EQ(json.at("valid"), false);
  EXPECT_EQ(json.at("errors").at(0).at("key"), "source[0].colour");
  EXPECT_THAT(errors.str(), HasSubstr("source[0].colour: unknown key\n"));
}

TEST_F(SetupTest, CheckConfigRefusesACertificateThatIsNone) {
  folder.write("cert.pem", "certificate\n");
  EXPECT_EQ(check(good_config(), /*json=*/false), 1);
  EXPECT_THAT(errors.str(), HasSubstr("listener.certificate_file: "));
}

}  // namespace
