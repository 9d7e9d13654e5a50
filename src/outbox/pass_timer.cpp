#include "outbox/pass_timer.hpp"

#include <utility>

namespace outbox {
namespace {

// Between two passes, so that several sends end meanwhile and are written down together: each pass
// costs two commits.
constexpr std::chrono::milliseconds k_pass_pause{5};

// Between two passes that are due to hints only.
constexpr std::chrono::milliseconds k_hint_pause{20};

}  // namespace

PassTimer::PassTimer(boost::asio::io_context& loop, std::function<void()> pass)
    : pass_{std::move(pass)}, timer_{loop}, pause_{loop} {}

void PassTimer::request() {
  if (is_requested_) {
    return;
  }
  is_requested_ = true;
  pause_.expires_at(last_end_ + k_pass_pause);
  pause_.async_wait([this](const boost::system::error_code&) { pass_(); });
}

void PassTimer::take_hint() {
  const auto since = Clock::now() - last_begin_;
  if (since >= k_hint_pause) {
    request();
  } else if (!is_hint_pending_) {
    is_hint_pending_ = true;
    look_again_after(k_hint_pause - since);
  }
}

void PassTimer::begin_pass(Clock::duration poll_interval) {
  is_requested_ = false;
  is_hint_pending_ = false;
  last_begin_ = Clock::now();
  look_again_after(poll_interval);
}

void PassTimer::end_pass() {
  last_end_ = Clock::now();
}

void PassTimer::look_again_after(Clock::duration delay) {
  timer_.expires_after(delay);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) {
      request();
    }
  });
}

}  // namespace outbox
