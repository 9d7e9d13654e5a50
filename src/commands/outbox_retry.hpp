// refundctl outbox retry: dead messages are to be sent after all.
#pragma once

#include <iosfwd>
#include <string>

#include "commands/commands.hpp"
#include "domain/time.hpp"
#include "store/outbox_messages.hpp"

namespace commands {

struct OutboxRetry {
  std::string message_id;  // or its beginning; empty: all dead messages of the sink
  std::string sink;
  /// More than one message is only tried again where this is given.
  bool confirmed = false;
  std::string user;  // who asks for it
  domain::Time now{};
};

struct OutboxRetryResult {
  bool is_dry_run = false;
  std::int64_t count = 0;  // that were, or in a dry run would be, tried again
  /// The first of them, as they were before.
  std::vector<store::OutboxMessage> messages;
};

/// Throws UsageError, std::runtime_error where the one message is not dead, store::Failure.
OutboxRetryResult retry_outbox(store::Connection& connection, const OutboxRetry& retry);

void print_outbox_retry(const OutboxRetryResult& result, bool json, std::ostream& out);

/// `outbox` is the group of commands.
void add_outbox_retry(CLI::App& outbox, Context& context);

}  // namespace commands
