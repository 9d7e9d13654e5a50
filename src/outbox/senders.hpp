// All sinks at work, and those that a new configuration has replaced until their last send has
// ended. Belongs to the dispatcher's thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "outbox/sender.hpp"

namespace outbox {

class Senders {
 public:
  using List = std::vector<std::unique_ptr<Sender>>;

  /// On any thread. Throws std::runtime_error where a sink cannot be made of its options.
  static List make(const std::vector<SinkSpec>& sinks);

  explicit Senders(List senders) : senders_{std::move(senders)} {}

  void replace(List senders);
  /// Call it now and then: ends the threads of those that were replaced and have nothing in hand.
  void forget_replaced();

  /// Precondition: one has this name.
  [[nodiscard]] Sender& find(const std::string& name) const;
  [[nodiscard]] std::vector<std::string> names() const;
  /// How many messages each can take now, by name.
  [[nodiscard]] std::map<std::string, int> free_slots(Sender::Time now) const;
  /// Nothing is being sent, by the replaced ones neither.
  [[nodiscard]] bool are_idle() const;

 private:
  List senders_;
  List replaced_;
};

}  // namespace outbox
