// The connections of a run: which of them are free, what is lost with those that break, and their
// return.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <span>

#include "bench/load_connection.hpp"

namespace bench {

class LoadPool {
 public:
  /// What goes wrong with connections. The first opening of each is no reconnect.
  struct Losses {
    std::uint64_t unanswered = 0;  // sent, and the connection ended
    std::uint64_t reconnects = 0;
    std::uint64_t handshake_failures = 0;
    std::uint64_t malformed_answers = 0;  // each of them is unanswered, too
  };

  /// Called after each event of a connection, with the answer if that was one. It is valid until
  /// the connection asks again.
  using Happened = std::function<void(LoadConnection&, const std::optional<HttpAnswer>&)>;

  /// Deals the connections to the ports in turn. `tls` must outlive the pool.
  LoadPool(const ClientTls& tls, std::span<const std::uint16_t> ports, std::size_t count);

  /// Throws std::runtime_error where not all of them come about in time.
  void open_all();

  /// Waits until something happens, `until` at the latest, and has it happen. Broken connections
  /// are opened again, a little later.
  void turn(Clock::time_point until, const Happened& happened);
  void stop_reopening() { is_reopening_ = false; }

  /// The one that waits longest, so that none gets idle. Precondition: has_free().
  LoadConnection& take_free();
  [[nodiscard]] bool has_free() const { return !free_.empty(); }

  /// Sends what is in the connection's request().
  void ask(LoadConnection& connection);

  [[nodiscard]] std::size_t asking_count() const { return asking_count_; }
  [[nodiscard]] std::size_t open_refund_count() const;
  [[nodiscard]] const Losses& losses() const { return losses_; }

 private:
  struct Closed {
    Clock::time_point since;
    LoadConnection* connection;
  };

  void note_change(LoadConnection& connection, LoadState before, bool is_answered);
  void reopen_closed();

  Poller poller_;
  std::deque<LoadConnection> connections_;  // they neither move nor copy
  std::deque<LoadConnection*> free_;
  std::deque<Closed> closed_;  // the longest closed first
  std::size_t asking_count_ = 0;
  bool is_reopening_ = true;
  Losses losses_;
};

}  // namespace bench
