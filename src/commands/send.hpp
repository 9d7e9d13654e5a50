// refundctl send: a test event, signed as the provider would, posted to a running daemon.
#pragma once

#include <chrono>
#include <filesystem>
#include <iosfwd>
#include <optional>
#include <string>

#include "commands/commands.hpp"
#include "commands/http_request.hpp"
#include "commands/sample_event.hpp"
#include "commands/setup.hpp"

namespace commands {

struct SendOptions {
  std::string source;
  SampleOptions sample;
  std::optional<std::filesystem::path> body_file;  // sent instead of the sample, byte for byte
  bool forge = false;                              // signed with a secret that nobody configured
  std::optional<std::string> url;                  // nullopt: the configured listener
  std::chrono::seconds timeout{10};
  bool json = false;
};

struct OutgoingEvent {
  HttpRequest request;
  std::string event_id;   // empty: the body does not hold it
  std::string refund_id;  // empty: the body does not hold it
};

/// The request, signed at `now`. Throws UsageError for an unknown source or event type.
OutgoingEvent prepare_event(const SendOptions& options, const Setup& setup, domain::Time now);

/// Prepares, posts, prints the answer. Exit code: done where it is 2xx.
int send(const SendOptions& options, const Setup& setup, std::ostream& out);

void add_send(CLI::App& app, Context& context);

}  // namespace commands
