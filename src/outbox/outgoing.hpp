// A message on its way: rendered, addressed, and under an id that stays the same with every
// attempt.
#pragma once

#include <string>

#include "domain/message.hpp"
#include "domain/time.hpp"

namespace outbox {

/// What a sink is asked to do about the ticket that the message belongs to.
enum class TicketAction {
  open,     // a new ticket, or a notice that belongs to none
  update,   // more about the ticket of `external_reference`, which stays open
  resolve,  // the ticket of `external_reference` has come to a good end
};

/// As a person reads it, in one language.
struct Rendered {
  std::string subject;  // one line, UTF-8, no control characters
  std::string text;     // UTF-8, lines end in \n
  std::string html;     // a whole document
};

struct Outgoing {
  std::string message_id;  // UUID as text
  domain::Audience audience{};
  std::string template_name;
  domain::Priority priority = domain::Priority::normal;
  std::string source;
  std::string refund_id;  // empty: not about one refund
  std::string order_id;   // empty: none is known
  bool livemode = true;
  domain::Time created_at{};
  std::string language;      // "en", "ja" or "th"
  std::string recipient;     // an e-mail address; empty where the sink needs none
  std::string payload_json;  // an object: what the message says, for programs
  Rendered rendered;
  TicketAction action = TicketAction::open;
  /// The receiver's own id of the ticket to update or resolve; empty: it gave none.
  std::string external_reference;
  /// The message that opened that ticket; empty where `action` is open.
  std::string opened_by_message_id;
};

}  // namespace outbox
