#include "http/connections.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace http {

namespace asio = boost::asio;

Seat::Seat(Connections& all, ClientSocket& socket) : all_{all}, socket_{socket} {
  all_.seats_.push_back(*this);
}

Seat::~Seat() {
  // Not linked: the loop is being destroyed, and the server with its connections was so before.
  if (is_linked()) {
    all_.seats_.erase(all_.seats_.iterator_to(*this));
    all_.notify();
  }
}

void Seat::enter(Phase phase, SteadyClock::duration at_most) {
  enter_unbounded(phase);
  if (all_.winding_down_ && (phase == Phase::handshake || phase == Phase::idle)) {
    at_most = std::min<SteadyClock::duration>(at_most, k_grace);
  }
  deadline_ = SteadyClock::now() + at_most;
}

void Seat::enter_unbounded(Phase phase) {
  phase_ = phase;
  had_request_ = had_request_ || phase == Phase::request;
  deadline_ = SteadyClock::time_point::max();
  expired_ = false;
}

Connections::Connections(const asio::any_io_executor& loop)
    : changed_{loop, asio::steady_timer::time_point::max()} {}

Connections::~Connections() {
  seats_.clear();
}

void Connections::sweep(SteadyClock::time_point now) {
  for (Seat& seat : seats_) {
    if (seat.deadline_ <= now) {
      seat.expired_ = true;
      boost::system::error_code ignored;
      seat.socket_.cancel(ignored);
    }
  }
}

void Connections::wind_down() {
  winding_down_ = true;
  const auto grace_end = SteadyClock::now() + k_grace;
  for (Seat& seat : seats_) {
    if (seat.phase_ != Phase::handshake && seat.phase_ != Phase::idle) {
      continue;
    }
    boost::system::error_code ignored;
    if (!seat.had_request_ || seat.socket_.available(ignored) > 0) {
      seat.deadline_ = std::min(seat.deadline_, grace_end);
    } else {
      seat.socket_.close(ignored);
    }
  }
}

void Connections::close_all() {
  for (Seat& seat : seats_) {
    boost::system::error_code ignored;
    seat.socket_.close(ignored);
  }
}

asio::awaitable<void> Connections::changed() {
  constexpr auto k_await = asio::as_tuple(asio::use_awaitable);
  co_await changed_.async_wait(k_await);
}

void Connections::notify() {
  changed_.cancel();
}

}  // namespace http
