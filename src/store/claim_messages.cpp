#include "store/claim_messages.hpp"

#include <algorithm>

#include "store/due_messages.hpp"
#include "store/json_object.hpp"
#include "store/message_id.hpp"
#include "store/rows.hpp"
#include "store/transaction.hpp"

namespace store {
namespace {

constexpr Prepared k_save_claims{"save_claims", R"(
UPDATE outbox_messages m
   SET state = n.state, sink = n.sink, attempts = m.attempts + n.attempts,
       lease_token = n.lease_token, leased_until = n.leased_until,
       next_attempt_at = coalesce(n.leased_until, n.hold_until, m.next_attempt_at),
       held_since = CASE WHEN n.hold_until IS NULL THEN NULL
                         ELSE coalesce(m.held_since, $9::timestamptz) END,
       last_error = coalesce(n.last_error, m.last_error)
  FROM (SELECT unnest($1::text[])::uuid AS message_id, unnest($2::text[]) AS state,
               unnest($3::text[]) AS sink, unnest($4::integer[]) AS attempts,
               unnest($5::uuid[]) AS lease_token, unnest($6::timestamptz[]) AS leased_until,
               unnest($7::text[]) AS last_error, unnest($8::timestamptz[]) AS hold_until) n
 WHERE m.message_id = n.message_id)"};

constexpr Prepared k_tell_unreachable{"tell_unreachable", R"(
INSERT INTO outbox_messages (message_id, audience, template, priority, source, refund_id, order_id,
                             livemode, episode, payload, state, next_attempt_at, created_at)
SELECT unnest($1::uuid[]), 'support', 'customer_unreachable', 'normal', unnest($2::text[]),
       unnest($3::text[]), unnest($4::text[]), unnest($5::boolean[]), 'once', unnest($6::jsonb[]),
       'pending', $7::timestamptz, $7::timestamptz
    ON CONFLICT ON CONSTRAINT outbox_messages_once DO NOTHING)"};

constexpr std::chrono::minutes k_hold_min{1};
constexpr std::chrono::minutes k_hold_max{10};

std::string text_of(const Uuid& uuid) {
  constexpr std::string_view k_digits = "0123456789abcdef";
  std::string text;
  for (const std::byte byte : uuid) {
    const bool is_start_of_group =
        text.size() == 8 || text.size() == 13 || text.size() == 18 || text.size() == 23;
    text += is_start_of_group ? "-" : "";
    text += k_digits[std::to_integer<unsigned>(byte) >> 4U];
    text += k_digits[std::to_integer<unsigned>(byte) & 15U];
  }
  return text;
}

std::string_view state_after(ClaimKind kind) {
  switch (kind) {
    case ClaimKind::send:
    case ClaimKind::route:
    case ClaimKind::hold:
      return "pending";
    case ClaimKind::superseded:
      return "superseded";
    case ClaimKind::suppressed:
      return "suppressed";
    case ClaimKind::dead:
      return "dead";
  }
  __builtin_unreachable();
}

std::string unreachable_payload(const DueMessage& message) {
  JsonObject payload;
  payload.add("type", "customer_unreachable");
  payload.add_known("refundId", message.refund_id);
  payload.add_known("orderId", message.order_id);
  payload.add("untoldTemplate", message.template_name);
  return payload.text();
}

// What one claim writes.
class Claims {
 public:
  explicit Claims(const ClaimRequest& request) : request_{request} {}

  void add(DueMessage message, ClaimDecision decision) {
    std::optional<Uuid> token;
    std::optional<domain::Time> leased_until;
    const bool is_sent = decision.kind == ClaimKind::send;
    const bool is_held = decision.kind == ClaimKind::hold;
    if (decision.kind == ClaimKind::route && decision.sink == message.sink) {
      return;
    }
    ++result_.decided;
    if (is_sent) {
      token = make_message_id(request_.now);
      leased_until = request_.now + request_.lease;
    }
    rows_.add_row(message.message_id, state_after(decision.kind), text_or_null(decision.sink),
                  is_sent ? 1 : 0, token, leased_until, text_or_null(decision.note),
                  is_held ? std::optional{held_until(message)} : std::nullopt);
    if (decision.tell_support_unreachable) {
      unreachable_.add_row(make_message_id(request_.now), message.source,
                           text_or_null(message.refund_id), text_or_null(message.order_id),
                           message.livemode, unreachable_payload(message));
    }
    if (is_sent) {
      ++message.attempts;
      result_.to_send.push_back({std::move(message), decision.sink, text_of(*token)});
    } else if (decision.kind != ClaimKind::route && !is_held) {
      result_.settled.emplace_back(std::move(message), std::move(decision));
    }
  }

  ClaimResult save(Transaction& transaction) {
    if (!rows_.empty()) {
      transaction.run(k_save_claims, rows_, request_.now);
    }
    if (!unreachable_.empty()) {
      transaction.run(k_tell_unreachable, unreachable_, request_.now);
    }
    return std::move(result_);
  }

 private:
  // Looked at again where nobody lets it go before; the longer it waits, the less often.
  [[nodiscard]] domain::Time held_until(const DueMessage& message) const {
    const auto waited = request_.now - message.created_at;
    return request_.now + std::clamp<domain::Time::duration>(waited, k_hold_min, k_hold_max);
  }

  const ClaimRequest& request_;
  Columns rows_{Type::text, Type::text,        Type::text, Type::integer,
                Type::uuid, Type::timestamptz, Type::text, Type::timestamptz};
  Columns unreachable_{Type::uuid, Type::text, Type::text, Type::text, Type::boolean, Type::jsonb};
  ClaimResult result_;
};

}  // namespace

ClaimResult claim_messages(Connection& connection, const ClaimRequest& request,
                           const std::function<ClaimDecision(const DueMessage&)>& decide) {
  return in_transaction(connection, [&](Transaction& transaction) {
    auto messages = lock_due_messages(transaction, request.now, request.counts);
    Claims claims{request};
    for (DueMessage& message : messages) {
      ClaimDecision decision = decide(message);
      claims.add(std::move(message), std::move(decision));
    }
    ClaimResult result = claims.save(transaction);
    transaction.commit();
    return result;
  });
}

}  // namespace store
