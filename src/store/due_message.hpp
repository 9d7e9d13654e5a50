// A message of the outbox whose time has come.
#pragma once

#include <optional>
#include <string>

#include "domain/message_truth.hpp"
#include "domain/time.hpp"

namespace store {

/// A due message, and what is so at this moment. Its refund cannot change before the claim commits.
struct DueMessage {
  std::string message_id;
  domain::Audience audience{};
  std::string template_name;
  domain::Priority priority{};
  std::string source;
  std::string refund_id;  // empty: not about one refund
  std::string order_id;   // of the refund now, else of the message; empty: unknown
  bool livemode = true;
  std::string episode;
  std::string payload_json;
  std::string sink;  // empty: not routed yet
  int attempts = 0;
  domain::Time created_at{};
  domain::Time due_at{};

  domain::TruthNow now;
  /// The refund's state is known from the provider's API or better, or the API has said the same.
  bool is_confirmed = true;
  /// The provider used a word for the refund's state; else it is what its absence means.
  bool is_status_stated = true;
  std::string customer_email;   // empty: unknown
  std::string customer_locale;  // empty: unknown
  std::string payment_method;   // empty: unknown
  std::optional<domain::Time> charged_at;
  /// The message whose ticket this one belongs to: see domain::openers_of. Empty: none.
  std::string opened_by_message_id;
  std::string external_reference;  // of that ticket; empty: none is known
};

}  // namespace store
