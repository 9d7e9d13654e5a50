// The daemon, as a table of contents: configuration, log, outbox, ingest, server, signals, orderly
// stop.

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <iostream>

#include "commands/setup.hpp"
#include "http/server.hpp"
#include "ingest/ingest.hpp"
#include "outbox/dispatcher.hpp"
#include "runtime/log.hpp"

namespace {

constexpr int k_exit_failure = 1;
constexpr int k_exit_usage = 2;
constexpr int k_exit_configuration = 78;  // EX_CONFIG of sysexits.h

class Daemon {
 public:
  explicit Daemon(const commands::Setup& setup)
      : stop_timeout_{setup.config.listener.stop_timeout},
        dispatcher_{make_dispatcher(setup.outbox)},
        ingest_{loop_, ingest_options(setup.config)},
        server_{loop_, ingest_, {setup.config.listener, setup.config.admin, setup.sources}},
        signals_{loop_, SIGTERM, SIGINT, SIGHUP},
        stop_deadline_{loop_} {}

  void run() {
    server_.start();
    if (dispatcher_) {
      dispatcher_->start();
    } else {
      runtime::log_warn("nobody is told: the configuration names no [[sink]]");
    }
    runtime::log_info("listening",
                      {{"port", server_.port()}, {"admin_port", server_.admin_port()}});
    wait_for_signal();
    loop_.run();
    ingest_.stop();
    if (dispatcher_) {
      dispatcher_->stop();
    }
    runtime::log_info("stopped");
  }

 private:
  static std::unique_ptr<outbox::Dispatcher> make_dispatcher(
      const std::optional<outbox::DispatcherOptions>& options) {
    return options ? std::make_unique<outbox::Dispatcher>(*options) : nullptr;
  }

  ingest::Options ingest_options(const runtime::Config& config) {
    ingest::Options options;
    options.database_url = config.database.url;
    options.connections = config.database.connections;
    options.queue_max = config.ingest.queue_max;
    options.batch_max = config.ingest.batch_max;
    if (dispatcher_) {
      options.committed = [this] { dispatcher_->wake(); };
    }
    return options;
  }

  void wait_for_signal() {
    signals_.async_wait([this](const boost::system::error_code& error, int signal) {
      if (error) {
        return;
      }
      if (signal == SIGHUP) {
        reopen_files();
        wait_for_signal();
        return;
      }
      runtime::log_info("stopping", {{"signal", signal}});
      stop();
    });
  }

  // logrotate has moved the compliance file away.
  void reopen_files() {
    if (dispatcher_) {
      dispatcher_->reopen_files();
    }
  }

  // Not ready, stop accepting, finish what was accepted; whatever is left at the deadline is cut.
  void stop() {
    stop_deadline_.expires_after(stop_timeout_);
    stop_deadline_.async_wait([this](const boost::system::error_code& error) {
      if (!error) {
        runtime::log_warn("requests were still in hand at the deadline");
        server_.abort();
        loop_.stop();
      }
    });
    if (dispatcher_) {
      dispatcher_->begin_stop();
    }
    server_.stop([this] { loop_.stop(); });
  }

  std::chrono::seconds stop_timeout_;
  boost::asio::io_context loop_{1};
  std::unique_ptr<outbox::Dispatcher> dispatcher_;
  ingest::Ingest ingest_;
  http::Server server_;
  boost::asio::signal_set signals_;
  boost::asio::steady_timer stop_deadline_;
};

int run_daemon(const std::string& config_file) {
  const auto setup = commands::load_setup(config_file, std::cerr);
  if (!setup) {
    return k_exit_configuration;
  }
  runtime::start_log(setup->config.log);
  try {
    Daemon daemon{*setup};
    daemon.run();
  } catch (const std::exception& error) {
    runtime::log_error("the daemon cannot go on", {{"error", error.what()}});
    return k_exit_failure;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"refundd receives refund webhooks, proves who sent them, and keeps the outcome."};
  app.set_version_flag("--version", REFUNDD_VERSION);
  std::string config_file = "/etc/refundd/refundd.toml";
  app.add_option("--config", config_file, "The configuration file")->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : k_exit_usage;
  }
  std::signal(SIGPIPE, SIG_IGN);
  return run_daemon(config_file);
}
