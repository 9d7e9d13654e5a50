// One sink at work: its threads, and what keeps it from doing too much.
#pragma once

#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "outbox/circuit_breaker.hpp"
#include "outbox/dispatcher.hpp"
#include "runtime/rate_limit.hpp"

namespace outbox {

/// Everything is called on the dispatcher's thread; only Sink::send runs elsewhere.
class Sender {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit Sender(const SinkSpec& spec);
  ~Sender();

  [[nodiscard]] const std::string& name() const { return name_; }
  /// How many messages it can take now.
  [[nodiscard]] int free_slots(Time now);
  [[nodiscard]] bool is_idle() const { return idle_.size() == connections_.size(); }

  /// `done` is called on one of the sink's threads. Precondition: free_slots() > 0.
  void send(Outgoing message, Time now, std::function<void(Sink*, SendResult)> done);
  /// The result of a send, back on the dispatcher's thread, with the sink that `done` got.
  void take_back(Sink* sink, const SendResult& result, Time now);

 private:
  std::string name_;
  std::vector<std::unique_ptr<Sink>> connections_;
  std::vector<Sink*> idle_;
  CircuitBreaker breaker_;
  runtime::RateLimit rate_;
  boost::asio::thread_pool threads_;
};

}  // namespace outbox
