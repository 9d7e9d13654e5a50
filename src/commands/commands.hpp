// What the commands of refundctl share.
//
// Each command is one pair of files with `void add_<name>(CLI::App& app, Context& context)`: it
// adds its subcommand, whose callback only puts the work into Context::run. The work starts after
// the whole command line was understood, so that the order of options means nothing.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

namespace CLI {
class App;
}

namespace commands {

/// Exit codes of refundctl. refundd ends with k_exit_config where its configuration is wrong
/// (EX_CONFIG of sysexits.h: systemd is told not to try again).
inline constexpr int k_exit_done = 0;
inline constexpr int k_exit_failed = 1;
inline constexpr int k_exit_usage = 2;
inline constexpr int k_exit_config = 78;

struct Context {
  std::filesystem::path config_file = "/etc/refundd/refundd.toml";
  bool json = false;  // --output json
  /// Returns the exit code. May throw: the message is printed and the exit code is 1.
  std::function<int()> run;
};

/// A usage error that shows only when the configuration is known: printed, exit code 2.
struct UsageError {
  std::string message;
};

/// --config, --output and --version, accepted before and after a subcommand. Call it before the
/// subcommands are added. `context` outlives `app`.
void add_common_options(CLI::App& app, Context& context);

/// Understands the command line, runs the command and returns the exit code.
int run_command(CLI::App& app, Context& context, int argc, const char* const* argv);

}  // namespace commands
