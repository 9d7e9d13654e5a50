// A message as the HTTP request that its receiver understands. Pure; one function and one file for
// each kind of receiver ("preset").
//
// Headers that every request has (content type, signature, credentials) are the HTTP sink's.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "outbox/outgoing.hpp"

namespace outbox {

enum class HttpPreset { generic, zendesk, slack, pagerduty };

/// By the names of the enumerators.
std::optional<HttpPreset> http_preset_of(std::string_view name);

/// Where it goes, as far as the body or the path depends on it.
struct HttpTarget {
  std::string url;
  std::string ticket_url;   // zendesk: with "{reference}" for the ticket's id
  std::string routing_key;  // pagerduty
};

struct HttpRequest {
  std::string method;
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;  // JSON
};

/// There is no such request, and never will be: the message is dead.
struct CannotRequest {
  std::string why;  // for an operator, one line
};

using HttpRequestOrNot = std::variant<HttpRequest, CannotRequest>;

HttpRequestOrNot http_request(HttpPreset preset, const Outgoing& message, const HttpTarget& target);

/// Our own object, the same for every message, always POST to `url`:
/// {"id", "type": the template, "createdAt": RFC 3339, "audience": "customer"|"support"|"finance",
///  "priority": "normal"|"high", "livemode", "language", "source", "refundId", "orderId",
///  "recipient": a mail address, "action": "open"|"update"|"resolve", "externalReference",
///  "openedBy", "subject", "text", "data": {…}}
/// `refundId`, `orderId`, `recipient`, `externalReference` and `openedBy` (the id of the message
/// that opened the ticket) are null where there is none; a new key may come with any version.
HttpRequestOrNot generic_request(const Outgoing& message, const HttpTarget& target);

/// A ticket, with the message as an internal note, so that no trigger mails it to a customer.
/// Resolving it sets it to solved with another note, and needs the ticket's id
/// (`external_reference`, found in the answer at "/ticket/id"); so does a reminder, which opens a
/// ticket of its own without.
///
/// Source: Zendesk developer documentation, "Tickets" (Create Ticket, Update Ticket) and
/// "Introduction" of the Ticketing API (Idempotency).
HttpRequestOrNot zendesk_request(const Outgoing& message, const HttpTarget& target);

/// A post in the channel of an incoming webhook; a resolved ticket is one more post. Slack gives no
/// id back.
///
/// Source: Slack developer documentation, "Sending messages using incoming webhooks", "Header
/// block" (150 characters), "Section block" and "Text object" (3000), "Formatting message text"
/// (escaping).
HttpRequestOrNot slack_request(const Outgoing& message, const HttpTarget& target);

/// An alert whose dedup_key is the message's id, and its end under the same key, which is
/// `opened_by_message_id`.
///
/// Source: PagerDuty developer documentation, "Send an Alert Event" of the Events API v2 (summary
/// at most 1024 characters, dedup_key at most 255).
HttpRequestOrNot pagerduty_request(const Outgoing& message, const HttpTarget& target);

}  // namespace outbox
