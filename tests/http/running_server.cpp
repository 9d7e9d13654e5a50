#include "http/running_server.hpp"

#include <boost/asio/post.hpp>
#include <chrono>
#include <utility>

#include "providers/registry.hpp"

namespace http {
namespace {

constexpr std::chrono::seconds k_patience{20};

ingest::Options without_database() {
  ingest::Options options;
  options.database_url = "postgresql:///refundd?host=/nonexistent";
  options.connections = 1;
  options.answer_timeout = std::chrono::milliseconds{200};
  return options;
}

providers::Source payjp_source() {
  providers::Source source;
  source.name = "payjp-jp";
  source.provider = providers::find("payjp");
  source.secrets = {"secret-token"};
  source.currency_default = domain::Currency::parse("JPY");
  return source;
}

}  // namespace

RunningServer::RunningServer(const ServerLimits& limits) : ingest_{loop_, without_database()} {
  server_ = std::make_unique<Server>(loop_, ingest_, options(limits));
  server_->start();
  port_ = server_->port();
  admin_port_ = server_->admin_port();
  thread_ = std::thread{[this] { loop_.run(); }};
}

RunningServer::~RunningServer() {
  if (!stopping_) {
    stop();
  }
  boost::asio::post(loop_, [this] { server_->abort(); });
  wait_until_stopped();
  loop_.stop();
  thread_.join();
  ingest_.stop();
  server_.reset();
}

void RunningServer::stop(std::function<void()> then) {
  stopping_ = true;
  auto stop = [this, then = std::move(then)] {
    server_->stop([this] { stopped_.set_value(); });
    if (then) {
      then();
    }
  };
  boost::asio::post(loop_, std::move(stop));
}

bool RunningServer::wait_until_stopped() {
  return stopped_later_.wait_for(k_patience) == std::future_status::ready;
}

Options RunningServer::options(const ServerLimits& limits) const {
  constexpr std::chrono::seconds k_long{60};
  Options options;
  options.listener.listen = {"127.0.0.1", 0};
  options.listener.certificate_file = pair_.certificate_file();
  options.listener.private_key_file = pair_.private_key_file();
  options.listener.connections_max = limits.connections_max;
  options.listener.handshake_timeout = limits.handshake_timeout;
  options.listener.head_timeout = limits.head_timeout;
  options.listener.body_timeout = limits.body_timeout;
  options.listener.write_timeout = k_long;
  options.listener.idle_timeout = k_long;
  options.admin.listen = {"127.0.0.1", 0};
  options.sources.push_back(payjp_source());
  return options;
}

}  // namespace http
