// When the dispatcher's next pass comes: soon after something has happened, now and then without,
// and never so often that hardly anything is done in each.
//
// Lives on the dispatcher's loop.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>

namespace outbox {

class PassTimer {
 public:
  using Clock = std::chrono::steady_clock;

  /// Calls `pass`, which calls begin_pass and end_pass.
  PassTimer(boost::asio::io_context& loop, std::function<void()> pass);

  /// A pass, as soon as there may be one.
  void request();

  /// There may be something new: hints come with every commit of the ingest, hundreds a second.
  void take_hint();

  /// Another one follows after `poll_interval` where nothing asks for one before.
  void begin_pass(Clock::duration poll_interval);
  void end_pass();

  /// Nothing but what was requested comes any more.
  void stop_polling() { timer_.cancel(); }

 private:
  void look_again_after(Clock::duration delay);

  std::function<void()> pass_;
  boost::asio::steady_timer timer_;
  boost::asio::steady_timer pause_;
  Clock::time_point last_begin_{};
  Clock::time_point last_end_{};
  bool is_requested_ = false;
  bool is_hint_pending_ = false;
};

}  // namespace outbox
