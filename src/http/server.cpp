#include "http/server.hpp"

#include <boost/asio/ssl/context.hpp>
#include <utility>

#include "http/listener.hpp"
#include "http/session.hpp"
#include "http/tls.hpp"
#include "runtime/check.hpp"
#include "runtime/spawn.hpp"

namespace http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

// Operators, load balancers and one monitoring server.
constexpr std::size_t k_admin_connections_max = 64;

std::shared_ptr<const std::vector<providers::Source>> share(
    std::vector<providers::Source> sources) {
  return std::make_shared<const std::vector<providers::Source>>(std::move(sources));
}

}  // namespace

class Server::Impl {
 public:
  Impl(asio::io_context& loop, ingest::Ingest& ingest, Options options);

  void start();
  void reload(asio::ssl::context tls, const runtime::ListenerConfig& limits,
              std::vector<providers::Source> sources);
  void stop(std::function<void()> stopped);
  void abort();

  [[nodiscard]] const Listener& webhook_listener() const { return webhook_listener_; }
  [[nodiscard]] const Listener& admin_listener() const { return admin_listener_; }

 private:
  asio::awaitable<void> finish(std::function<void()> stopped);

  asio::io_context& loop_;
  Options options_;
  asio::ssl::context tls_;
  LogBudget log_budget_;
  Site webhook_site_;
  Site admin_site_;
  Listener webhook_listener_;
  Listener admin_listener_;
};

Server::Impl::Impl(asio::io_context& loop, ingest::Ingest& ingest, Options options)
    : loop_{loop},
      options_{std::move(options)},
      tls_{make_tls(tls_files_of(options_.listener))},
      webhook_site_{options_.listener, share(std::move(options_.sources)), ingest, log_budget_,
                    options_.now},
      admin_site_{options_.listener, share({}), ingest, log_budget_, options_.now},
      webhook_listener_{loop,
                        {"listener", options_.listener.listen, options_.listener_socket,
                         options_.listener.connections_max},
                        [this](tcp::socket client, Connections& connections) {
                          start_tls_session(std::move(client), tls_, webhook_site_, connections);
                        }},
      admin_listener_{
          loop,
          {"admin", options_.admin.listen, options_.admin_socket, k_admin_connections_max},
          [this](tcp::socket client, Connections& connections) {
            start_plain_session(std::move(client), admin_site_, connections);
          }} {}

void Server::Impl::start() {
  webhook_listener_.start();
  admin_listener_.start();
}

void Server::Impl::reload(asio::ssl::context tls, const runtime::ListenerConfig& limits,
                          std::vector<providers::Source> sources) {
  tls_ = std::move(tls);
  options_.listener = limits;
  webhook_site_.sources = share(std::move(sources));
}

void Server::Impl::stop(std::function<void()> stopped) {
  CHECK(!webhook_site_.stopping);
  webhook_site_.stopping = true;
  admin_site_.stopping = true;
  webhook_listener_.stop();
  admin_listener_.stop();
  auto finishing = finish(std::move(stopped));
  runtime::spawn(loop_.get_executor(), "stop", std::move(finishing));
}

asio::awaitable<void> Server::Impl::finish(std::function<void()> stopped) {
  co_await webhook_listener_.drained();
  co_await admin_listener_.drained();
  stopped();
}

void Server::Impl::abort() {
  webhook_listener_.close_all();
  admin_listener_.close_all();
}

Server::Server(asio::io_context& loop, ingest::Ingest& ingest, Options options)
    : impl_{std::make_unique<Impl>(loop, ingest, std::move(options))} {}

Server::~Server() = default;

void Server::start() {
  impl_->start();
}
std::uint16_t Server::port() const {
  return impl_->webhook_listener().port();
}
std::uint16_t Server::admin_port() const {
  return impl_->admin_listener().port();
}
void Server::reload(asio::ssl::context tls, const runtime::ListenerConfig& limits,
                    std::vector<providers::Source> sources) {
  impl_->reload(std::move(tls), limits, std::move(sources));
}
void Server::stop(std::function<void()> stopped) {
  impl_->stop(std::move(stopped));
}
void Server::abort() {
  impl_->abort();
}

}  // namespace http
