#include "http/server.hpp"

#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <boost/asio/ssl/context.hpp>
#include <utility>

#include "http/listener.hpp"
#include "http/listener_gauges.hpp"
#include "http/session.hpp"
#include "http/status_page.hpp"
#include "http/tls.hpp"
#include "runtime/check.hpp"
#include "runtime/spawn.hpp"

namespace http {
namespace {

namespace asio = boost::asio;

// Operators, load balancers and one monitoring server.
constexpr std::size_t k_admin_connections_max = 64;

// As the configuration's sections are called.
constexpr const char* k_listener = "listener";
constexpr const char* k_admin = "admin";

std::shared_ptr<const std::vector<providers::Source>> share(
    std::vector<providers::Source> sources) {
  return std::make_shared<const std::vector<providers::Source>>(std::move(sources));
}

}  // namespace

class Server::Impl {
 public:
  Impl(asio::io_context& loop, ingest::Ingest& ingest, Options options);

  void start();
  void reload(std::optional<asio::ssl::context> tls, const runtime::ListenerConfig& limits,
              std::vector<providers::Source> sources);
  void stop(std::function<void()> stopped);
  void abort();

  [[nodiscard]] const Listener& webhook_listener() const { return webhook_listener_; }
  [[nodiscard]] const Listener& admin_listener() const { return admin_listener_; }
  [[nodiscard]] std::map<std::string, std::optional<domain::Time>> last_good_events() const;
  void refresh_gauges();

 private:
  void serve(ClientSocket client, Connections& connections);
  Site site_with(std::vector<providers::Source> sources, bool is_public);
  [[nodiscard]] Answer answer_probe(Probe probe);
  [[nodiscard]] ingest::Readiness readiness() const;
  [[nodiscard]] std::string metrics() const;
  [[nodiscard]] std::string status();
  [[nodiscard]] std::optional<domain::Time> certificate_end();
  asio::awaitable<void> finish(std::function<void()> stopped);

  asio::io_context& loop_;
  ingest::Ingest& ingest_;
  Options options_;
  std::shared_ptr<prometheus::Registry> registry_;
  WebhookWatch watch_;
  ListenerGauges gauges_;
  domain::Time started_at_;
  std::optional<asio::ssl::context> tls_;  // nullopt: plain HTTP
  RequestIds request_ids_;
  LogBudget log_budget_;
  Site webhook_site_;
  Site admin_site_;
  Listener webhook_listener_;
  Listener admin_listener_;
};

Server::Impl::Impl(asio::io_context& loop, ingest::Ingest& ingest, Options options)
    : loop_{loop},
      ingest_{ingest},
      options_{std::move(options)},
      registry_{options_.registry ? options_.registry : std::make_shared<prometheus::Registry>()},
      watch_{*registry_},
      gauges_{*registry_},
      started_at_{options_.now()},
      webhook_site_{site_with(std::move(options_.sources), /*is_public=*/true)},
      admin_site_{site_with({}, /*is_public=*/false)},
      webhook_listener_{loop,
                        {k_listener, options_.listener.listen, options_.listener_socket,
                         options_.listener.connections_max,
                         /*local_only=*/!options_.listener.tls},
                        [this](ClientSocket client, Connections& connections) {
                          serve(std::move(client), connections);
                        }},
      admin_listener_{
          loop,
          {k_admin, options_.admin.listen, options_.admin_socket, k_admin_connections_max},
          [this](ClientSocket client, Connections& connections) {
            start_plain_session(std::move(client), admin_site_, connections);
          }} {
  if (options_.listener.tls) {
    tls_ = make_tls(tls_files_of(options_.listener));
  }
}

Site Server::Impl::site_with(std::vector<providers::Source> sources, bool is_public) {
  return {options_.listener,
          share(std::move(sources)),
          {ingest_, watch_},
          request_ids_,
          log_budget_,
          options_.now,
          [this](Probe probe) { return answer_probe(probe); },
          is_public};
}

void Server::Impl::serve(ClientSocket client, Connections& connections) {
  if (tls_) {
    start_tls_session(std::move(client), *tls_, webhook_site_, connections);
  } else {
    start_plain_session(std::move(client), webhook_site_, connections);
  }
}

Answer Server::Impl::answer_probe(Probe probe) {
  switch (probe) {
    case Probe::health:
      return answer_health();
    case Probe::readiness:
      return answer_readiness(readiness());
    case Probe::metrics:
      return answer_page(metrics(), "text/plain; version=0.0.4; charset=utf-8");
    case Probe::status:
      return answer_page(status());
  }
  __builtin_unreachable();
}

ingest::Readiness Server::Impl::readiness() const {
  return webhook_site_.stopping ? ingest::Readiness{false, "stopping"} : ingest_.readiness();
}

std::string Server::Impl::metrics() const {
  if (options_.metrics_page) {
    return options_.metrics_page();
  }
  return prometheus::TextSerializer{}.Serialize(registry_->Collect());
}

std::string Server::Impl::status() {
  const auto sources = webhook_site_.sources;
  return status_page(
      {options_.version, started_at_, readiness(), ingest_.queue_size(), certificate_end()},
      *sources, watch_.health(), options_.now());
}

std::optional<domain::Time> Server::Impl::certificate_end() {
  return tls_ ? certificate_end_of(*tls_) : std::nullopt;
}

std::map<std::string, std::optional<domain::Time>> Server::Impl::last_good_events() const {
  std::map<std::string, std::optional<domain::Time>> times;
  for (const providers::Source& source : *webhook_site_.sources) {
    const auto known = watch_.health().find(source.name);
    times[source.name] = known == watch_.health().end() ? std::nullopt : known->second.last_good();
  }
  return times;
}

void Server::Impl::refresh_gauges() {
  gauges_.set_ready(readiness().ready);
  gauges_.set_connections(k_listener, webhook_listener_.connections(),
                          webhook_listener_.connections_max());
  gauges_.set_connections(k_admin, admin_listener_.connections(),
                          admin_listener_.connections_max());
  if (const auto end = certificate_end()) {
    gauges_.set_certificate_end(*end, options_.now());
  }
}

void Server::Impl::start() {
  webhook_listener_.start();
  admin_listener_.start();
}

void Server::Impl::reload(std::optional<asio::ssl::context> tls,
                          const runtime::ListenerConfig& limits,
                          std::vector<providers::Source> sources) {
  if (tls) {
    tls_ = std::move(tls);
  }
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
void Server::refresh_gauges() {
  impl_->refresh_gauges();
}
std::map<std::string, std::optional<domain::Time>> Server::last_good_events() const {
  return impl_->last_good_events();
}
void Server::reload(std::optional<asio::ssl::context> tls, const runtime::ListenerConfig& limits,
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
