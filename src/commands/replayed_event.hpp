// A stored event on its way to be taken in again.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "providers/source.hpp"
#include "store/delivery.hpp"
#include "store/stored_events.hpp"

namespace commands {

/// Who replays and why, for the audit trail.
struct Replayer {
  std::string user;
  std::string reason;  // may be empty
};

struct ReplayedEvent {
  std::optional<store::Delivery> delivery;
  std::string obstacle;  // why there is none, for a person
};

/// Its bytes read again by what is configured today. Evidence, time of receipt and sender stay as
/// they were stored, and so does the time where neither event nor resource names one: a signature's
/// time is not asked for again, a person vouches for it.
ReplayedEvent read_again(const store::StoredBytes& stored,
                         std::span<const providers::Source> sources, const Replayer& replayer);

}  // namespace commands
