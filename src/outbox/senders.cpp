#include "outbox/senders.hpp"

#include <algorithm>
#include <iterator>

namespace outbox {
namespace {

bool is_idle(const std::unique_ptr<Sender>& sender) {
  return sender->is_idle();
}

}  // namespace

Senders::List Senders::make(const std::vector<SinkSpec>& sinks) {
  List senders;
  for (const SinkSpec& spec : sinks) {
    senders.push_back(std::make_unique<Sender>(spec));
  }
  return senders;
}

void Senders::replace(List senders) {
  std::ranges::move(senders_, std::back_inserter(replaced_));
  senders_ = std::move(senders);
}

void Senders::forget_replaced() {
  std::erase_if(replaced_, is_idle);
}

Sender& Senders::find(const std::string& name) const {
  return **std::ranges::find_if(senders_,
                                [&](const auto& sender) { return sender->name() == name; });
}

std::vector<std::string> Senders::names() const {
  std::vector<std::string> names;
  for (const auto& sender : senders_) {
    names.push_back(sender->name());
  }
  return names;
}

std::map<std::string, int> Senders::free_slots(Sender::Time now) const {
  std::map<std::string, int> slots;
  for (const auto& sender : senders_) {
    slots[sender->name()] = sender->free_slots(now);
  }
  return slots;
}

bool Senders::are_idle() const {
  return std::ranges::all_of(senders_, is_idle) && std::ranges::all_of(replaced_, is_idle);
}

}  // namespace outbox
