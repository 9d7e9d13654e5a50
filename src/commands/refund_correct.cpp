#include "commands/refund_correct.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <limits>
#include <memory>
#include <stdexcept>

#include "commands/correction.hpp"
#include "commands/login_name.hpp"
#include "commands/operator_database.hpp"
#include "commands/time_text.hpp"
#include "ingest/commit.hpp"
#include "runtime/wall_clock.hpp"
#include "store/apply.hpp"
#include "store/charges_read.hpp"
#include "store/message_id.hpp"

namespace commands {
namespace {

std::string make_event_id(domain::Time now) {
  constexpr std::string_view k_digits = "0123456789abcdef";
  std::string id = "operator:";
  std::size_t count = 0;
  for (const std::byte byte : store::make_message_id(now)) {
    if (count == 4 || count == 6 || count == 8 || count == 10) {
      id += '-';
    }
    id += k_digits[std::to_integer<std::size_t>(byte >> 4)];
    id += k_digits[std::to_integer<std::size_t>(byte & std::byte{0x0F})];
    ++count;
  }
  return id;
}

const providers::Source& source_named(const std::string& name, const Setup& setup) {
  const auto found = std::ranges::find(setup.sources, name, &providers::Source::name);
  if (found == setup.sources.end()) {
    throw UsageError{"--source must be one of the configuration's sources."};
  }
  return *found;
}

std::optional<domain::Refund> find_refund(store::Connection& connection,
                                          const Correction& correction) {
  auto refunds = store::find_refunds(connection, correction.source, {correction.refund_id});
  return refunds.empty() ? std::nullopt : std::optional{std::move(refunds.front())};
}

domain::Verdict commit(store::Connection& connection, const store::Delivery& delivery) {
  const auto result = ingest::commit(connection, {&delivery, 1}, runtime::wall_clock_now);
  if (const auto* failed = std::get_if<ingest::Unavailable>(&result.outcomes.front())) {
    const bool in_doubt = result.failures.count(store::FailureKind::in_doubt) != 0;
    throw std::runtime_error{(in_doubt ? "it may have been stored, which `refundctl events show " +
                                             delivery.event.event_id + "` tells: "
                                       : "nothing was stored: ") +
                             failed->reason};
  }
  return std::get<domain::Verdict>(result.outcomes.front());
}

int run_correct(const Correction& correction, const Context& context) {
  const domain::Time now = runtime::wall_clock_now();
  check_correction(correction, now);
  const auto setup =
      load_setup_without_secrets(context.config_file, Needs::database_and_sources, std::cerr);
  if (!setup) {
    return k_exit_failed;
  }
  const auto& source = source_named(correction.source, *setup);
  auto connection = open_database(setup->config);
  CorrectionOutcome outcome;
  outcome.dry_run = correction.dry_run;
  outcome.event_id = make_event_id(now);
  outcome.before = find_refund(connection, correction);
  const auto delivery =
      delivery_of(correction, source, outcome.before, {outcome.event_id, login_name(), now});
  if (correction.dry_run) {
    auto rehearsed = store::rehearse_batch(connection, {&delivery, 1}, now).front();
    outcome.verdict = rehearsed.result.verdict;
    outcome.after = std::move(rehearsed.after);
  } else {
    outcome.verdict = commit(connection, delivery);
    outcome.after = find_refund(connection, correction);
  }
  print_outcome(correction, outcome, context.json, std::cout);
  const bool is_so =
      outcome.verdict == domain::Verdict::applied || outcome.verdict == domain::Verdict::unchanged;
  return is_so ? k_exit_done : k_exit_failed;
}

void add_facts(CLI::App& command, Correction& correction) {
  command
      .add_option("--amount-minor", correction.amount_minor, "In minor units: 1000 is 10.00 THB")
      ->check(CLI::Range(std::int64_t{1}, std::numeric_limits<std::int64_t>::max()));
  command
      .add_option("--currency", correction.currency,
                  "Of the amount; else the refund's, else the source's")
      ->type_name("CODE");
  command.add_option("--charge", correction.charge_id, "The charge it belongs to")->type_name("ID");
  command.add_flag("--voided", correction.voided, "It was settled as a void of the charge");
  command.add_option("--failure-code", correction.failure_code, "Why it failed, in one word");
  command.add_option("--failure-message", correction.failure_message, "Why it failed, for people");
  command.add_option("--reason", correction.reason, "Why the money goes back");
  const auto set_time = [&correction](const std::string& text) {
    correction.occurred_at = parse_time(text);
    if (!correction.occurred_at) {
      throw CLI::ValidationError{"--occurred-at", "is no time: 2026-01-31T10:00:00Z, 2026-01-31"};
    }
  };
  command
      .add_option_function<std::string>("--occurred-at", set_time,
                                        "When it became so, if not just now")
      ->type_name("TIME");
}

void add_correct(CLI::App& refund, Context& context) {
  auto* command = refund.add_subcommand(
      "correct", "Report how a refund stands, on a person's word: what is not said stays as it is");
  // Shared: filled while parsing and used by the callback, both after we return.
  const auto correction = std::make_shared<Correction>();
  command->add_option("REFUND", correction->refund_id, "The refund's id")->required();
  command->add_option("--source", correction->source, "The source it belongs to")
      ->type_name("NAME")
      ->required();
  command->add_option("--status", correction->status, "How it stands")
      ->check(CLI::IsMember({"successful", "failed", "canceled"}))
      ->required();
  add_facts(*command, *correction);
  command->add_option("--ticket", correction->ticket, "Where it was decided; kept with it")
      ->type_name("ID")
      ->required();
  command->add_option("--note", correction->note, "How it is known; kept with it")->required();
  command->add_flag("--dry-run", correction->dry_run, "Only show what would become of it");
  command->callback([correction, &context] {
    context.run = [correction, &context] { return run_correct(*correction, context); };
  });
}

}  // namespace

void add_refund(CLI::App& app, Context& context) {
  auto* refund = app.add_subcommand("refund", "What a person knows better about a refund");
  refund->require_subcommand(1);
  add_correct(*refund, context);
}

}  // namespace commands
