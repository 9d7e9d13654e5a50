// One keep-alive connection of the load generator: a request at a time, and its answer.
//
//   closed ──open──► opening ──► free ◄──► asking
//      ▲                │          │          │
//      └────────────────┴──────────┴──────────┘  the server refuses, closes or talks nonsense
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "bench/http_answer.hpp"
#include "bench/poller.hpp"
#include "bench/refund_supply.hpp"
#include "bench/tls_client.hpp"

namespace bench {

enum class LoadState { closed, opening, free, asking };

class LoadConnection {
 public:
  struct Options {
    std::uint16_t port = 0;
    std::uint64_t key = 0;  // of its events at the poller
  };

  /// `tls` and `poller` must outlive the connection.
  LoadConnection(const ClientTls& tls, Poller& poller, Options options)
      : tls_{tls}, poller_{poller}, options_{options} {}

  /// Precondition: closed.
  void open();

  /// The next request is written into this, then sent by ask(). Only while free.
  std::string& request() { return request_; }
  void ask();

  /// To be called for every event at the poller. A state other than before tells what happened;
  /// from asking to free it is the answer. One that says "close" leaves the connection closed.
  std::optional<HttpAnswer> advance();

  [[nodiscard]] LoadState state() const { return state_; }
  /// Why it is closed: what came was no answer.
  [[nodiscard]] bool is_confused() const { return is_confused_; }

  // The caller's notes about the request in hand, and about the one before.
  RefundEvent event;
  Clock::time_point due;
  OpenRefund open_refund;

 private:
  void shake_hands();
  void send_rest();
  std::optional<HttpAnswer> receive();
  void wait_for(Step step);
  void close();

  const ClientTls& tls_;
  Poller& poller_;
  Options options_;
  LoadState state_ = LoadState::closed;
  bool is_confused_ = false;
  bool is_sent_ = false;
  std::uint32_t awaited_ = 0;  // as told to the poller
  std::optional<TlsClient> client_;
  std::string request_;
  std::array<char, k_answer_bytes_max> received_;
  std::size_t received_size_ = 0;
};

}  // namespace bench
