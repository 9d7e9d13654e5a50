// What became of sends, until it is written down. Belongs to the dispatcher's thread.
#pragma once

#include <utility>
#include <vector>

#include "store/connection.hpp"
#include "store/finish_messages.hpp"

namespace outbox {

class FinishQueue {
 public:
  void add(store::Finish finish) { finishes_.push_back(std::move(finish)); }
  [[nodiscard]] bool is_empty() const { return finishes_.empty(); }

  /// Writes all of it down. What the database refuses for good is logged and left out: its message
  /// comes again when its lease ends, and runs out of attempts. Throws store::Failure where the
  /// rest must wait: it stays here.
  void write(store::Connection& connection);

 private:
  std::vector<store::Finish> finishes_;
};

}  // namespace outbox
