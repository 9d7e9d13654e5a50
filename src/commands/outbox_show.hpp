// refundctl outbox show: everything that is known of one message.
#pragma once

#include <iosfwd>

#include "commands/commands.hpp"
#include "store/outbox_messages.hpp"

namespace commands {

/// A line for each column and each member of the payload, or JSON.
void print_outbox_message(const store::OutboxMessage& message, bool json, std::ostream& out);

/// `outbox` is the group of commands.
void add_outbox_show(CLI::App& outbox, Context& context);

}  // namespace commands
