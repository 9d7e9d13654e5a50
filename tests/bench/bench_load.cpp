// The load generator: signed refund webhooks over TLS, from many connections, and what became of
// them as one JSON object. With --idle: connections that only exist.

#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <csignal>
#include <fstream>
#include <iostream>
#include <optional>
#include <string>

#include "bench/idle_connections.hpp"
#include "bench/load_run.hpp"

namespace {

constexpr int k_exit_failure = 1;
constexpr std::size_t k_connections_max = 100000;
constexpr double k_seconds_max = 86400;
constexpr double k_rate_max = 1e6;

struct Arguments {
  bench::LoadPlan plan;
  double seconds = 10;
  double warmup_seconds = 1;
  std::optional<std::size_t> idle;
  std::optional<std::string> output;
};

void describe(CLI::App& app, Arguments& arguments) {
  bench::LoadPlan& plan = arguments.plan;
  app.add_option("--port", plan.ports, "Ports of 127.0.0.1; connections are dealt to them in turn")
      ->required();
  app.add_option("--certificate", plan.certificate, "PEM file, trusted for localhost")->required();
  app.add_option("--path", plan.path, "/webhooks/SOURCE");
  app.add_option("--secret-file", plan.secret_file, "The source's secret, in base64");
  app.add_option("--connections", plan.connections)->check(CLI::Range{1UL, k_connections_max});
  app.add_option("--seconds", arguments.seconds, "The measured time")
      ->check(CLI::Range{0.1, k_seconds_max});
  app.add_option("--warmup", arguments.warmup_seconds, "Seconds before the measured time")
      ->check(CLI::Range{0.0, k_seconds_max});
  app.add_option("--rate", plan.requests_per_second,
                 "Requests in a second, whatever the answers; latencies count from when one is due")
      ->check(CLI::Range{0.1, k_rate_max});
  app.add_option("--events", plan.events_max, "Ends after so many events, if that is earlier")
      ->check(CLI::PositiveNumber);
  app.add_option("--run-id", plan.run, "Makes this run's ids its own. Default: from the clock")
      ->check([](const std::string& text) {
        return text.find_first_not_of(
                   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                   "0123456789-_.") == std::string::npos
                   ? ""
                   : "only letters, digits and -_.";
      });
  app.add_option("--acknowledged", plan.acknowledged, "Gets the id of each event answered 200");
  app.add_option("--output", arguments.output, "Gets the result instead of standard output");
  app.add_option("--idle", arguments.idle, "Only holds so many connections until stdin ends")
      ->check(CLI::Range{1UL, k_connections_max});
}

void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
}

std::string name_from_clock() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

int run_idle(const Arguments& arguments) {
  bench::hold_idle_connections(
      {*arguments.idle, arguments.plan.ports.front(), arguments.plan.certificate}, std::cout);
  return 0;
}

int run_load(Arguments& arguments) {
  bench::LoadPlan& plan = arguments.plan;
  plan.measured = std::chrono::duration<double>{arguments.seconds};
  plan.warmup = std::chrono::duration<double>{arguments.warmup_seconds};
  if (plan.run.empty()) {
    plan.run = name_from_clock();
  }
  const bench::LoadResult result = bench::run_load(plan);
  bool written = false;
  if (arguments.output) {
    std::ofstream file{*arguments.output, std::ios::trunc};
    file << result.json << std::flush;
    written = file.good();
  } else {
    std::cout << result.json << std::flush;
    written = std::cout.good();
  }
  return result.worked && written ? 0 : k_exit_failure;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Sends signed refund webhooks to 127.0.0.1 and measures the answers."};
  Arguments arguments;
  describe(app, arguments);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : k_exit_failure;
  }
  if (!arguments.idle && (arguments.plan.path.empty() || arguments.plan.secret_file.empty())) {
    std::cerr << "bench_load: --path and --secret-file are required\n";
    return k_exit_failure;
  }
  std::signal(SIGPIPE, SIG_IGN);
  raise_descriptor_limit();
  try {
    return arguments.idle ? run_idle(arguments) : run_load(arguments);
  } catch (const std::exception& error) {
    std::cerr << "bench_load: " << error.what() << '\n';
    return k_exit_failure;
  }
}
