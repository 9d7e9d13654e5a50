// refundctl outbox cancel: a message that waits is not to be sent.
#pragma once

#include <string>

#include "commands/commands.hpp"
#include "domain/time.hpp"
#include "store/outbox_messages.hpp"

namespace commands {

struct OutboxCancel {
  std::string message_id;  // or its beginning
  std::string reason;      // for those who find it later; printable, one line
  std::string user;        // who asks for it
  domain::Time now{};
};

/// The message as it is now. Throws UsageError, std::runtime_error where it is not pending or is
/// being sent at this moment, store::Failure.
store::OutboxMessage cancel_outbox(store::Connection& connection, const OutboxCancel& cancel);

/// `outbox` is the group of commands.
void add_outbox_cancel(CLI::App& outbox, Context& context);

}  // namespace commands
