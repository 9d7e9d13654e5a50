// The command line of `refundctl send`, apart from send.cpp: CLI11 is heavy.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "commands/send.hpp"

namespace commands {
namespace {

void add_sample_options(CLI::App& command, SampleOptions& sample) {
  command.add_option("--event", sample.event_type, "The event's type, as the provider names it");
  command.add_option("--event-id", sample.event_id, "Default: a new one");
  command.add_option("--refund", sample.refund_id, "The refund's id. Default: a new one");
  command.add_option("--charge", sample.charge_id,
                     "The charge's id. Default: one of the refund's own");
  command.add_option("--order", sample.order_id, "The order's id. Default: none");
  command.add_option("--amount", sample.amount_minor, "In minor units")->capture_default_str();
  command.add_option("--currency", sample.currency, "Default: the source's currency_default");
  command.add_option("--status", sample.status,
                     "In the provider's words. Default: what the event's type says");
  command.add_option("--reason", sample.reason, "Why the refund was made");
  command.add_option("--failure-code", sample.failure_code, "Why it failed, as a word");
  command.add_option("--failure-message", sample.failure_message, "Why it failed, as a sentence");
  command.add_option("--payment-method", sample.payment_method, "Of a charge");
  command.add_flag("--voided", sample.voided, "Settled as a void");
  const auto set_time = [&sample](const std::string& text) {
    sample.occurred_at = domain::parse_rfc3339(text);
    if (!sample.occurred_at) {
      throw CLI::ValidationError{"--occurred-at", "is not a time of RFC 3339"};
    }
  };
  command.add_option_function<std::string>("--occurred-at", set_time,
                                           "2026-01-31T10:03:34Z. Default: now");
}

void add_request_options(CLI::App& command, SendOptions& options) {
  command.add_option("--body-file", options.body_file, "Send exactly these bytes, signed")
      ->check(CLI::ExistingFile);
  command.add_flag("--forge", options.forge, "Sign with a wrong secret, to see it refused");
  command.add_option("--url", options.url,
                     "Where to post. Default: the configured listener, /webhooks/SOURCE. Either "
                     "way the server must have the configured certificate's key; without one "
                     "(tls = \"off\") a certificate that the system trusts, or be this machine");
  const auto set_timeout = [&options](int seconds) {
    options.timeout = std::chrono::seconds{seconds};
  };
  command.add_option_function<int>("--timeout", set_timeout, "Seconds")
      ->check(CLI::Range(1, 3600))
      ->default_str("10");
}

int run_send(SendOptions options, const Context& context) {
  options.json = context.json;
  const auto setup = load_setup(context.config_file, std::cerr);
  return setup ? send(options, *setup, std::cout) : k_exit_failed;
}

}  // namespace

void add_send(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("send", "Sign a test event and post it to a running daemon");
  // Shared: the options are filled while parsing and used by the callback, both after we return.
  const auto options = std::make_shared<SendOptions>();
  command->add_option("SOURCE", options->source, "The name of a configured source")->required();
  add_sample_options(*command, options->sample);
  add_request_options(*command, *options);
  command->callback([options, &context] {
    context.run = [options, &context] { return run_send(*options, context); };
  });
}

}  // namespace commands
