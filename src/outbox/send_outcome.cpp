#include "outbox/send_outcome.hpp"

#include <algorithm>

#include "outbox/backoff.hpp"

namespace outbox {
namespace {

store::FinishKind kind_of(SendStatus status, bool is_last_attempt) {
  switch (status) {
    case SendStatus::sent:
      return store::FinishKind::sent;
    case SendStatus::retry:
      return is_last_attempt ? store::FinishKind::dead : store::FinishKind::retry;
    case SendStatus::dead:
      return store::FinishKind::dead;
  }
  __builtin_unreachable();
}

}  // namespace

store::Finish outcome_of(const store::ClaimedMessage& claimed, const SendResult& result,
                         const Attempt& attempt) {
  const int attempts = claimed.message.attempts;
  store::Finish finish;
  finish.message_id = claimed.message.message_id;
  finish.lease_token = claimed.lease_token;
  finish.kind = kind_of(result.status, attempts >= attempt.attempts_max);
  finish.error = result.error;
  finish.external_reference = result.external_reference;
  if (finish.kind == store::FinishKind::retry) {
    const std::chrono::milliseconds asked = result.retry_after.value_or(std::chrono::seconds{0});
    finish.next_attempt_at =
        attempt.ended_at + std::max(retry_delay(attempts, attempt.jitter), asked);
  }
  return finish;
}

}  // namespace outbox
