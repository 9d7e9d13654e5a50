// Where messages go: an SMTP server or an HTTP endpoint. A seam, because the dispatcher must not
// know which of them it talks to.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "outbox/outgoing.hpp"

namespace outbox {

enum class SendStatus {
  sent,   // the receiver has taken it
  retry,  // it may work later: network, 5xx, 429, a busy mail server
  dead,   // it never will: a person must look at it
};

struct SendResult {
  SendStatus status = SendStatus::retry;
  std::string error;  // for an operator, one line, no secrets and no addresses; empty when sent
  std::optional<std::chrono::seconds> retry_after;  // as the receiver asks
  std::string external_reference;                   // the receiver's id of the ticket, or empty
  /// A retry of this message alone: the receiver works.
  bool is_receiver_well = false;
};

/// One connection's worth of a sink: blocks, and is used by one thread at a time.
class Sink {
 public:
  Sink() = default;
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;
  virtual ~Sink() = default;

  /// Never throws for the world's faults. Takes no longer than the sink's timeout.
  virtual SendResult send(const Outgoing& message) = 0;
};

}  // namespace outbox
