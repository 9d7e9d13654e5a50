// refundctl outbox list: which messages there are.
#pragma once

#include <iosfwd>

#include "commands/commands.hpp"
#include "store/outbox_messages.hpp"

namespace commands {

/// A table, or {"total": all that fit, "messages": […]}.
void print_outbox_list(const store::OutboxList& list, bool json, std::ostream& out);

/// `outbox` is the group of commands.
void add_outbox_list(CLI::App& outbox, Context& context);

}  // namespace commands
