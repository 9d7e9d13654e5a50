#include "outbox/finish_queue.hpp"

#include "runtime/log.hpp"
#include "runtime/wall_clock.hpp"
#include "store/failure.hpp"

namespace outbox {
namespace {

void write_down(store::Connection& connection, const std::vector<store::Finish>& finishes) {
  const auto count = static_cast<int>(finishes.size());
  const int ours = store::finish_messages(connection, finishes, runtime::wall_clock_now());
  if (ours < count) {
    runtime::log_warn("a send took longer than its lease: the message may go out twice",
                      {{"count", count - ours}});
  }
}

bool is_for_good(const store::Failure& failure) {
  return failure.kind() == store::FailureKind::rejected;
}

}  // namespace

void FinishQueue::write(store::Connection& connection) {
  if (finishes_.empty()) {
    return;
  }
  try {
    write_down(connection, finishes_);
    finishes_.clear();
    return;
  } catch (const store::Failure& failure) {
    if (!is_for_good(failure)) {
      throw;
    }
  }
  // One by one, or those beside the one at fault would be sent again too.
  while (!finishes_.empty()) {
    try {
      write_down(connection, {finishes_.back()});
    } catch (const store::Failure& failure) {
      if (!is_for_good(failure)) {
        throw;
      }
      runtime::log_error("what became of a message cannot be written down",
                         {{"message_id", finishes_.back().message_id}, {"error", failure.what()}});
    }
    finishes_.pop_back();
  }
}

}  // namespace outbox
