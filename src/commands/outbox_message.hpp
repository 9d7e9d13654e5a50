// A message of the outbox on its way to an operator: found by what he typed, printed as a row, as
// JSON or in a sentence. No message holds a customer's address, and none is looked up here.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>

#include "commands/table.hpp"
#include "store/outbox_messages.hpp"

namespace commands {

/// What `outbox show`, `retry` and `cancel` say about their MESSAGE_ID.
inline constexpr const char* k_message_id_help =
    "The message's id; its first characters, at least 8, are enough where no other begins so";

/// The message whose id begins with `prefix`. Throws UsageError where that begins no id,
/// std::runtime_error where no message or several begin so, store::Failure.
store::OutboxMessage require_message(store::Connection& connection, const std::string& prefix);

/// Times to the second, errors shortened.
Table outbox_table(std::span<const store::OutboxMessage> messages);

/// The database's words, full times; null for what is not known.
nlohmann::ordered_json to_json(const store::OutboxMessage& message);
nlohmann::ordered_json to_json(std::span<const store::OutboxMessage> messages);

/// The payload as an object; null for what cannot be read.
nlohmann::ordered_json payload_of(const store::OutboxMessage& message);

}  // namespace commands
