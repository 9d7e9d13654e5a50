// What is written down of a send. Pure.
#pragma once

#include "outbox/sink.hpp"
#include "store/claim_messages.hpp"
#include "store/finish_messages.hpp"

namespace outbox {

struct Attempt {
  domain::Time ended_at{};
  int attempts_max = 0;
  double jitter = 0;  // as retry_delay takes it
};

/// A retry becomes dead with the last attempt. It comes after its backoff, or as much later as the
/// receiver asks.
store::Finish outcome_of(const store::ClaimedMessage& claimed, const SendResult& result,
                         const Attempt& attempt);

}  // namespace outbox
