// The daemon, as a table of contents: configuration, log, outbox, ingest, server, signals, reload,
// orderly stop.

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <iostream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "commands/reads_setup.hpp"
#include "commands/setup.hpp"
#include "http/server.hpp"
#include "http/tls.hpp"
#include "ingest/ingest.hpp"
#include "monitor/monitor.hpp"
#include "outbox/dispatcher.hpp"
#include "reads/reader.hpp"
#include "runtime/config_changes.hpp"
#include "runtime/endpoint.hpp"
#include "runtime/heartbeat.hpp"
#include "runtime/log.hpp"
#include "runtime/service_manager.hpp"

namespace {

constexpr int k_exit_failure = 1;
constexpr int k_exit_usage = 2;
constexpr int k_exit_configuration = 78;  // EX_CONFIG of sysexits.h

// For the first answer of the database, before webhooks are answered without it.
constexpr std::chrono::seconds k_database_patience{5};

// What the command line says beside the configuration.
struct StartOptions {
  std::string config_file = "/etc/refundd/refundd.toml";
  std::optional<runtime::Endpoint> admin_listen;
};

std::string sentence_about(const ingest::Readiness& readiness) {
  return readiness.ready ? "Ready" : "Not ready: " + readiness.reason;
}

class Daemon {
 public:
  Daemon(StartOptions start, const commands::Setup& setup)
      : start_{std::move(start)},
        config_{setup.config},
        monitor_{loop_, {config_.database.url, REFUNDD_VERSION}},
        dispatcher_{make_dispatcher(setup.outbox, monitor_)},
        reader_{reader_options(setup)},
        ingest_{loop_, ingest_options()},
        server_{loop_, ingest_, server_options(setup)},
        signals_{loop_, SIGTERM, SIGINT, SIGHUP},
        start_deadline_{loop_},
        stop_deadline_{loop_},
        heartbeat_{loop_, {[this] { return illness(); }, [this] { return status(); }}} {}

  void run() {
    start_deadline_.expires_after(k_database_patience);
    start_deadline_.async_wait([this](const boost::system::error_code& error) {
      if (!error) {
        start();
      }
    });
    wait_for_signal();
    loop_.run();
    ingest_.stop();
    monitor_.stop();
    reader_.stop();
    if (dispatcher_) {
      dispatcher_->stop();
    }
    runtime::log_info("stopped");
  }

 private:
  static std::unique_ptr<outbox::Dispatcher> make_dispatcher(
      const std::optional<outbox::DispatcherOptions>& options, const monitor::Monitor& monitor) {
    return options ? std::make_unique<outbox::Dispatcher>(*options, monitor.registry()) : nullptr;
  }

  // Whoever connects before waits in the kernel's queue: an answer a moment later is better than
  // 503.
  void start() {
    start_deadline_.cancel();
    if (started_ || stopping_) {
      return;
    }
    started_ = true;
    server_.start();
    if (dispatcher_) {
      dispatcher_->start();
    } else {
      runtime::log_warn("nobody is told: the configuration names no [[sink]]");
    }
    monitor_.start();
    reader_.start();
    runtime::log_info("listening", {{"listener", runtime::format_endpoint(config_.listener.listen)},
                                    {"port", server_.port()},
                                    {"admin_port", server_.admin_port()}});
    runtime::notify_ready();
    heartbeat_.start();
  }

  ingest::Options ingest_options() {
    ingest::Options options;
    options.database_url = config_.database.url;
    options.connections = config_.database.connections;
    options.queue_max = config_.ingest.queue_max;
    options.batch_max = config_.ingest.batch_max;
    if (dispatcher_) {
      options.committed = [this] { dispatcher_->wake(); };
    }
    options.answered = [this] { start(); };
    options.registry = monitor_.registry();
    return options;
  }

  reads::ReaderOptions reader_options(const commands::Setup& setup) {
    reads::ReaderOptions options;
    options.database_url = config_.database.url;
    options.sources = commands::make_read_sources(setup);
    options.registry = monitor_.registry();
    if (dispatcher_) {
      options.committed = [this] { dispatcher_->wake(); };
    }
    return options;
  }

  http::Options server_options(const commands::Setup& setup) {
    http::Options options{setup.config.listener, setup.config.admin, setup.sources};
    options.registry = monitor_.registry();
    options.metrics_page = [this] { return metrics_page(); };
    options.version = REFUNDD_VERSION;
    for (const runtime::PassedSocket& socket : runtime::take_passed_sockets()) {
      const bool is_known = socket.name == "webhooks" || socket.name == "admin";
      int& place = socket.name == "admin" ? options.admin_socket : options.listener_socket;
      if (!is_known || place >= 0) {  // nobody would ever accept from a second one
        throw std::runtime_error{
            "a socket called \"" + socket.name +
            "\" was passed: FileDescriptorName= is webhooks or admin, each once"};
      }
      place = socket.descriptor;
    }
    return options;
  }

  [[nodiscard]] std::string metrics_page() {
    ingest_.refresh_gauges();
    server_.refresh_gauges();
    return monitor_.page(server_.last_good_events());
  }

  [[nodiscard]] std::string illness() const {
    return ingest_.is_stuck() ? "a database thread does not come back" : "";
  }

  [[nodiscard]] std::string status() const {
    return stopping_ ? "Stopping" : sentence_about(ingest_.readiness());
  }

  void wait_for_signal() {
    signals_.async_wait([this](const boost::system::error_code& error, int signal) {
      if (error) {
        return;
      }
      if (signal == SIGHUP) {
        reload();
        wait_for_signal();
        return;
      }
      runtime::log_info("stopping", {{"signal", signal}});
      stop();
    });
  }

  // A new configuration counts as a whole or not at all; logrotate may have moved the compliance
  // file in either case.
  void reload() {
    runtime::notify_reloading();
    if (dispatcher_) {
      dispatcher_->reopen_files();
    }
    auto read = commands::read_setup(start_.config_file);
    for (const runtime::ConfigError& error : read.errors) {
      runtime::log_error("the configuration is wrong",
                         {{"key", error.key}, {"error", error.message}});
    }
    try {
      if (read.errors.empty()) {
        take_over(std::move(read.setup));
      } else {
        runtime::log_error("not reloaded: the configuration in use stays");
      }
    } catch (const std::runtime_error& error) {
      runtime::log_error("not reloaded: the configuration in use stays", {{"error", error.what()}});
    }
    if (started_) {
      runtime::notify_ready();
    }
  }

  // Throws before anything has changed.
  void take_over(commands::Setup setup) {
    if (start_.admin_listen) {
      setup.config.admin.listen = *start_.admin_listen;
    }
    std::optional<boost::asio::ssl::context> tls;
    if (config_.listener.tls && setup.config.listener.tls) {
      tls = http::make_tls(http::tls_files_of(setup.config.listener));
    }
    if (dispatcher_ && setup.outbox) {
      dispatcher_->reconfigure(*std::move(setup.outbox));
    }
    reader_.reconfigure(commands::make_read_sources(setup));
    server_.reload(std::move(tls), setup.config.listener, std::move(setup.sources));
    runtime::set_log_level(setup.config.log.level);
    for (const std::string& key : runtime::keys_that_need_a_restart(config_, setup.config)) {
      runtime::log_warn("changed, and needs a restart", {{"key", key}});
    }
    config_.listener.stop_timeout = setup.config.listener.stop_timeout;
    runtime::log_info("reloaded");
  }

  // Not ready, stop accepting, finish what was accepted; whatever is left at the deadline is cut.
  void stop() {
    stopping_ = true;
    runtime::notify_stopping();
    stop_deadline_.expires_after(config_.listener.stop_timeout);
    stop_deadline_.async_wait([this](const boost::system::error_code& error) {
      if (!error) {
        runtime::log_warn("requests were still in hand at the deadline");
        server_.abort();
        loop_.stop();
      }
    });
    reader_.begin_stop();
    if (dispatcher_) {
      dispatcher_->begin_stop();
    }
    server_.stop([this] { loop_.stop(); });
  }

  StartOptions start_;
  runtime::Config config_;  // what this process was started with
  boost::asio::io_context loop_{1};
  monitor::Monitor monitor_;
  std::unique_ptr<outbox::Dispatcher> dispatcher_;
  reads::Reader reader_;
  ingest::Ingest ingest_;
  http::Server server_;
  boost::asio::signal_set signals_;
  boost::asio::steady_timer start_deadline_;
  boost::asio::steady_timer stop_deadline_;
  runtime::Heartbeat heartbeat_;
  bool started_ = false;
  bool stopping_ = false;
};

int run_daemon(const StartOptions& start) {
  auto setup = commands::load_setup(start.config_file, std::cerr);
  if (!setup) {
    return k_exit_configuration;
  }
  setup->config.admin.listen = start.admin_listen.value_or(setup->config.admin.listen);
  runtime::start_log(setup->config.log);
  try {
    Daemon daemon{start, *setup};
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
  StartOptions start;
  std::string admin_listen;
  app.add_option("--config", start.config_file, "The configuration file")->capture_default_str();
  app.add_option("--admin-listen", admin_listen,
                 "Instead of admin.listen, for several processes with one configuration")
      ->type_name("ADDRESS:PORT")
      ->check([](const std::string& text) {
        const auto endpoint = runtime::parse_endpoint(text);
        return endpoint && endpoint->path.empty() ? ""
                                                  : "not an address and a port: 127.0.0.1:9091";
      });
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : k_exit_usage;
  }
  start.admin_listen = runtime::parse_endpoint(admin_listen);
  std::signal(SIGPIPE, SIG_IGN);
  return run_daemon(start);
}
