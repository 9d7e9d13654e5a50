#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <stdexcept>

#include "commands/check_config.hpp"
#include "commands/commands.hpp"
#include "commands/send.hpp"

namespace {

/// The exit code of `refundctl ARGUMENTS`, with a command "probe" that keeps the context it ran
/// with.
class CommandLineTest : public testing::Test {
 protected:
  int run(std::vector<const char*> arguments) {
    CLI::App app{"", "refundctl"};
    commands::Context context;
    commands::add_common_options(app, context);
    commands::add_check_config(app, context);
    commands::add_send(app, context);
    app.add_subcommand("probe")->callback([&] {
      context.run = [&] {
        seen = context;
        return probe();
      };
    });
    arguments.insert(arguments.begin(), "refundctl");
    return commands::run_command(app, context, static_cast<int>(arguments.size()),
                                 arguments.data());
  }

  commands::Context seen;
  std::function<int()> probe = [] { return 0; };
};

TEST_F(CommandLineTest, HasDefaults) {
  EXPECT_EQ(run({"probe"}), 0);
  EXPECT_EQ(seen.config_file, "/etc/refundd/refundd.toml");
  EXPECT_FALSE(seen.json);
}

TEST_F(CommandLineTest, TakesCommonOptionsBeforeAndAfterTheCommand) {
  EXPECT_EQ(run({"--config", "a.toml", "--output", "json", "probe"}), 0);
  EXPECT_EQ(seen.config_file, "a.toml");
  EXPECT_TRUE(seen.json);
  EXPECT_EQ(run({"probe", "--output=json", "--config=b.toml"}), 0);
  EXPECT_EQ(seen.config_file, "b.toml");
  EXPECT_TRUE(seen.json);
}

TEST_F(CommandLineTest, ReturnsTheCommandsOwnExitCode) {
  probe = [] { return 1; };
  EXPECT_EQ(run({"probe"}), 1);
  probe = []() -> int { throw std::runtime_error{"broken"}; };
  EXPECT_EQ(run({"probe"}), 1);
  probe = []() -> int { throw commands::UsageError{"not like that"}; };
  EXPECT_EQ(run({"probe"}), 2);
}

TEST_F(CommandLineTest, EndsWith2OnWrongUsage) {
  const std::vector<std::vector<const char*>> cases = {
      {},
      {"nothing"},
      {"probe", "--output", "xml"},
      {"probe", "--config"},
      {"probe", "--nothing"},
      {"send"},
      {"send", "a", "--event", "b", "--amount", "1.5"},
      {"send", "a", "--event", "b", "--occurred-at", "yesterday"},
      {"send", "a", "--event", "b", "--timeout", "0"},
      {"send", "a", "--body-file", "/nonexistent"},
  };
  for (const auto& arguments : cases) {
    EXPECT_EQ(run(arguments), 2) << testing::PrintToString(arguments);
  }
}

TEST_F(CommandLineTest, EndsWith0OnHelp) {
  for (const auto* command : {"check-config", "send"}) {
    EXPECT_EQ(run({command, "--help"}), 0);
  }
  EXPECT_EQ(run({"--help"}), 0);
  EXPECT_EQ(run({"--version"}), 0);
}

TEST_F(CommandLineTest, EndsWith1WhereTheConfigurationCannotBeUsed) {
  EXPECT_EQ(run({"--config", "/nonexistent", "check-config"}), 1);
  EXPECT_EQ(run({"--config", "/nonexistent", "send", "a", "--event", "b"}), 1);
}

}  // namespace
