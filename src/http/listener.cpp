#include "http/listener.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <cerrno>
#include <stdexcept>
#include <string>
#include <utility>

#include "runtime/check.hpp"
#include "runtime/endpoint.hpp"
#include "runtime/log.hpp"
#include "runtime/spawn.hpp"

namespace http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Protocol = asio::generic::stream_protocol;

constexpr auto k_await = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::milliseconds k_retry_delay{100};
constexpr std::chrono::milliseconds k_sweep_interval{100};  // how late a deadline may be noticed

// Who passed the socket keeps a copy: what waits in its queue when we end is the next one's.
Acceptor take_over(asio::io_context& loop, const ListenerOptions& options) {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  ::getsockname(options.socket, reinterpret_cast<sockaddr*>(&address), &size);
  const int family = address.ss_family;
  if (family != AF_INET && family != AF_INET6 && family != AF_UNIX) {
    throw std::runtime_error{std::string{options.name} +
                             ": the socket passed is neither of TCP nor a Unix socket"};
  }
  return Acceptor{loop, Protocol{family, 0}, options.socket};
}

// A process that was killed leaves its socket behind; one that listens is left alone.
void remove_left_behind(asio::io_context& loop, const std::string& path) {
  struct stat file {};
  if (::lstat(path.c_str(), &file) != 0 || !S_ISSOCK(file.st_mode)) {
    return;
  }
  asio::local::stream_protocol::socket probe{loop};
  boost::system::error_code failure;
  probe.open();
  probe.non_blocking(true);  // who listens and does not accept is there too
  probe.connect(path, failure);
  if (failure == asio::error::connection_refused) {
    ::unlink(path.c_str());
  }
}

Acceptor bind_path(asio::io_context& loop, const std::string& path) {
  remove_left_behind(loop, path);
  Acceptor acceptor{loop};
  acceptor.open(asio::local::stream_protocol{});
  acceptor.bind(asio::local::stream_protocol::endpoint{path});
  // Before it listens: nobody connects in between. Its group are those who may.
  if (::chmod(path.c_str(), S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP) != 0) {
    throw boost::system::system_error{errno, boost::system::system_category()};
  }
  acceptor.listen();
  return acceptor;
}

Acceptor bind_address(asio::io_context& loop, const runtime::Endpoint& endpoint) {
  const tcp::endpoint address{asio::ip::make_address(endpoint.address), endpoint.port};
  Acceptor acceptor{loop};
  acceptor.open(address.protocol());
  // So that a restart does not wait for the last connections' TIME_WAIT.
  acceptor.set_option(asio::socket_base::reuse_address{true});
  acceptor.bind(address);
  acceptor.listen();
  return acceptor;
}

Acceptor bind(asio::io_context& loop, const ListenerOptions& options) {
  try {
    const auto& endpoint = options.endpoint;
    return endpoint.path.empty() ? bind_address(loop, endpoint) : bind_path(loop, endpoint.path);
  } catch (const boost::system::system_error& error) {
    throw std::runtime_error{std::string{options.name} + ".listen: cannot listen on " +
                             runtime::format_endpoint(options.endpoint) + ": " +
                             error.code().message()};
  }
}

Acceptor open(asio::io_context& loop, const ListenerOptions& options) {
  Acceptor acceptor = options.socket < 0 ? bind(loop, options) : take_over(loop, options);
  const auto endpoint = tcp_endpoint_of(acceptor.local_endpoint());
  if (options.local_only && endpoint && !endpoint->address().is_loopback()) {
    throw std::runtime_error{std::string{options.name} +
                             ": without TLS only this machine may reach it, and the socket is open "
                             "to others"};
  }
  return acceptor;
}

}  // namespace

Listener::Listener(asio::io_context& loop, ListenerOptions options, Serve serve)
    : options_{std::move(options)},
      serve_{std::move(serve)},
      acceptor_{open(loop, options_)},
      retry_{loop},
      tick_{loop},
      connections_{loop.get_executor()} {
  CHECK(options_.connections_max > 0);
}

std::uint16_t Listener::port() const {
  const auto endpoint = tcp_endpoint_of(acceptor_.local_endpoint());
  return endpoint ? endpoint->port() : 0;
}

void Listener::start() {
  accepting_ = true;
  watching_ = true;
  auto accepting = accept_clients();
  runtime::spawn(acceptor_.get_executor(), "accept", std::move(accepting));
  auto watching = watch_deadlines();
  runtime::spawn(acceptor_.get_executor(), "deadlines", std::move(watching));
}

void Listener::stop() {
  stopping_ = true;
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  retry_.cancel();
  connections_.notify();
  connections_.wind_down();
}

asio::awaitable<void> Listener::drained() {
  while (accepting_ || connections_.size() > 0) {
    co_await connections_.changed();
  }
  tick_.cancel();
  while (watching_) {
    co_await connections_.changed();
  }
}

asio::awaitable<void> Listener::accept_clients() {
  while (!stopping_) {
    if (connections_.size() >= options_.connections_max) {
      co_await wait_for_room();
      continue;
    }
    auto [failure, client] = co_await acceptor_.async_accept(k_await);
    if (!failure) {
      serve(std::move(client));  // also where a stop has come meanwhile: it is connected
    } else if (!stopping_) {
      co_await wait_after(failure);
    }
  }
  accepting_ = false;
  connections_.notify();
}

void Listener::serve(ClientSocket client) {
  failing_ = false;
  full_ = full_ && connections_.size() > options_.connections_max / 4 * 3;
  boost::system::error_code ignored;
  client.set_option(tcp::no_delay{true}, ignored);
  try {
    serve_(std::move(client), connections_);
  } catch (const std::exception& error) {  // OpenSSL without memory; this client only
    runtime::log_error("cannot serve", {{"listener", options_.name}, {"reason", error.what()}});
  }
}

asio::awaitable<void> Listener::wait_for_room() {
  if (!full_) {
    full_ = true;
    runtime::log_warn("connection limit reached",
                      {{"listener", options_.name}, {"connections", connections_.size()}});
  }
  co_await connections_.changed();
}

// Out of descriptors or memory, mostly: it ends when a connection does, not by trying harder.
asio::awaitable<void> Listener::wait_after(boost::system::error_code failure) {
  if (!failing_) {
    failing_ = true;
    runtime::log_error("cannot accept",
                       {{"listener", options_.name}, {"reason", failure.message()}});
  }
  retry_.expires_after(k_retry_delay);
  co_await retry_.async_wait(k_await);
}

asio::awaitable<void> Listener::watch_deadlines() {
  while (accepting_ || connections_.size() > 0) {
    tick_.expires_after(k_sweep_interval);
    co_await tick_.async_wait(k_await);
    connections_.sweep(SteadyClock::now());
  }
  watching_ = false;
  connections_.notify();
}

}  // namespace http
