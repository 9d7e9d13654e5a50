// Sends what waits in the outbox: claims due messages, renders them, hands them to the sinks, and
// writes down what became of them.
//
// One thread of its own claims and finishes; each sink has as many threads as messages it may send
// at once, because sending blocks. Several instances on one database share the work by their
// claims; nothing in memory is the truth.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "domain/reminder.hpp"
#include "outbox/claim_decision.hpp"
#include "outbox/compose.hpp"
#include "outbox/sink.hpp"

namespace prometheus {
class Registry;
}

namespace outbox {

struct SinkSpec {
  std::string name;
  /// Called `concurrency` times at the start; what it makes is used by one thread at a time.
  std::function<std::unique_ptr<Sink>()> make;
  int concurrency = 4;         // messages at once
  double rate_per_second = 0;  // 0: no limit
};

struct DispatcherOptions {
  std::string database_url;
  std::vector<SinkSpec> sinks;
  Delivery delivery;
  Manner manner;
  TemplateSet templates;
  /// How long a claimed message is ours. Longer than any sink's timeout.
  std::chrono::seconds lease{90};
  /// How often to look without being woken.
  std::chrono::milliseconds poll_interval{1000};
  domain::PendingLimits pending_limits{};
  std::string audit_file{};  // path of the compliance file; empty: none is kept
};

class Dispatcher {
 public:
  /// Opens the compliance file, where one is kept: throws std::runtime_error where that fails.
  /// Sends are counted in `registry`; null: in one of its own.
  explicit Dispatcher(DispatcherOptions options,
                      std::shared_ptr<prometheus::Registry> registry = nullptr);
  /// Stops, where stop() was not called.
  ~Dispatcher();
  Dispatcher(const Dispatcher&) = delete;
  Dispatcher& operator=(const Dispatcher&) = delete;

  /// The database is opened in the background, and again whenever it is lost.
  void start();

  /// There may be something new. From any thread; cheap, and a hint only.
  void wake();

  /// Routes, texts, limits and sinks as `options` says; the database and the compliance file stay.
  /// Sends in hand end as they began. From any thread. Throws std::runtime_error where a sink
  /// cannot be made of its options: then nothing has changed.
  void reconfigure(DispatcherOptions options);

  /// logrotate has moved the compliance file. From any thread.
  void reopen_files();

  /// Claims nothing more; the sends in hand go on. From any thread, returns at once.
  void begin_stop();

  /// begin_stop, and returns when the sends in hand have ended and are written down: not longer
  /// than a sink's timeout and a few seconds.
  void stop();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace outbox
