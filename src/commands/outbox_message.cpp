#include "commands/outbox_message.hpp"

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "commands/commands.hpp"
#include "commands/explain_summary.hpp"
#include "commands/terminal_json.hpp"
#include "commands/terminal_text.hpp"

namespace commands {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t k_error_width_max = 60;

}  // namespace

store::OutboxMessage require_message(store::Connection& connection, const std::string& prefix) {
  const auto range = store::message_id_range(prefix);
  if (!range) {
    throw UsageError{"MESSAGE_ID: not a message's id, nor at least " +
                     std::to_string(store::k_message_id_prefix_min) + " characters of one"};
  }
  auto found = store::find_outbox_messages(connection, *range, /*limit=*/2);
  if (found.empty()) {
    throw std::runtime_error{"there is no message " + printable(prefix)};
  }
  if (found.size() > 1) {
    throw std::runtime_error{"several messages begin with " + printable(prefix) + ": " +
                             found[0].message_id + ", " + found[1].message_id + ", …"};
  }
  return std::move(found.front());
}

constexpr const char* k_waits_for_api = "waits for the provider's API to say the same";

Table outbox_table(std::span<const store::OutboxMessage> messages) {
  Table table{{"message", "made", "state", "audience", "template", "refund", "sink", "attempts",
               "next attempt", "sent", "last error"}};
  for (const auto& message : messages) {
    table.add_row(
        {message.message_id, time_to_second(message.created_at), message.state, message.audience,
         message.template_name, message.refund_id, message.sink, std::to_string(message.attempts),
         message.state == "pending" ? time_to_second(message.next_attempt_at) : "",
         message.sent_at ? time_to_second(*message.sent_at) : "",
         message.held_since ? k_waits_for_api
                            : shortened(printable(message.last_error), k_error_width_max)});
  }
  return table;
}

Json to_json(const store::OutboxMessage& message) {
  return {{"message_id", message.message_id},
          {"state", message.state},
          {"audience", message.audience},
          {"template", message.template_name},
          {"priority", message.priority},
          {"source", message.source},
          {"refund_id", or_null(message.refund_id)},
          {"order_id", or_null(message.order_id)},
          {"livemode", message.livemode},
          {"episode", message.episode},
          {"sink", or_null(message.sink)},
          {"attempts", message.attempts},
          {"created_at", domain::format_rfc3339(message.created_at)},
          {"next_attempt_at", domain::format_rfc3339(message.next_attempt_at)},
          {"leased_until", or_null(message.leased_until)},
          {"held_since", or_null(message.held_since)},
          {"lease_token", or_null(message.lease_token)},
          {"sent_at", or_null(message.sent_at)},
          {"last_error", or_null(message.last_error)},
          {"external_reference", or_null(message.external_reference)},
          {"payload", payload_of(message)}};
}

Json to_json(std::span<const store::OutboxMessage> messages) {
  auto list = Json::array();
  for (const auto& message : messages) {
    list.push_back(to_json(message));
  }
  return list;
}

Json payload_of(const store::OutboxMessage& message) {
  auto json = Json::parse(message.payload_json, nullptr, /*allow_exceptions=*/false);
  return json.is_object() ? json : Json();
}

}  // namespace commands
