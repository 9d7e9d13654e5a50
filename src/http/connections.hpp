// The connections of one listener: how many there are, what each is doing, and until when it may.
//
// One sweep over all of them replaces a timer for each: Beast's own timeouts close the socket, and
// then nobody can be told "408". Lives on the event-loop thread.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/list.hpp>
#include <chrono>

#include "http/client_socket.hpp"

namespace http {

using SteadyClock = std::chrono::steady_clock;

/// A client that connected before a stop does not know of it, and has a request to send.
inline constexpr std::chrono::seconds k_grace{1};

//   handshake ─► idle ─► request ─► idle ─► … ─► closing
enum class Phase {
  handshake,
  idle,     // waits for the first byte of a request
  request,  // from that byte until the answer is sent
  closing,  // nothing more is read as a request
};

class Connections;

/// A connection's place among the others, held as long as it lives. It may outlive `Connections`.
class Seat : public boost::intrusive::list_base_hook<> {
 public:
  /// Starts in Phase::handshake. `socket` must outlive the seat.
  Seat(Connections& all, ClientSocket& socket);
  ~Seat();
  Seat(const Seat&) = delete;
  Seat& operator=(const Seat&) = delete;

  /// When `at_most` has passed, expired() is true and what waits on the socket ends with
  /// operation_aborted (again and again, until the next enter). The socket stays open.
  void enter(Phase phase, SteadyClock::duration at_most);

  /// The same without a deadline: what comes next is not up to the client.
  void enter_unbounded(Phase phase);

  [[nodiscard]] bool expired() const { return expired_; }
  [[nodiscard]] const ClientSocket& socket() const { return socket_; }

 private:
  friend class Connections;

  Connections& all_;
  ClientSocket& socket_;
  Phase phase_ = Phase::handshake;
  SteadyClock::time_point deadline_ = SteadyClock::time_point::max();
  bool expired_ = false;
  bool had_request_ = false;
};

class Connections {
 public:
  explicit Connections(const boost::asio::any_io_executor& loop);
  ~Connections();
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;

  [[nodiscard]] std::size_t size() const { return seats_.size(); }

  /// Cancels what waits past its deadline. Cheap: 4096 seats are some 10 µs.
  void sweep(SteadyClock::time_point now);

  /// No further requests are wanted: closes those that have had one and wait for the next, unless
  /// it is arriving. Who has just come gets k_grace for the handshake and the first request.
  void wind_down();
  void close_all();

  /// Until the next connection leaves, or notify().
  boost::asio::awaitable<void> changed();
  void notify();

 private:
  friend class Seat;

  boost::intrusive::list<Seat> seats_;
  bool winding_down_ = false;
  boost::asio::steady_timer changed_;  // never expires: cancelling it wakes who waits
};

}  // namespace http
