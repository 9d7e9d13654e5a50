#include "commands/can_refund.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>

#include "commands/can_refund_words.hpp"
#include "commands/known_charge.hpp"
#include "commands/operator_database.hpp"
#include "commands/terminal_json.hpp"
#include "commands/terminal_text.hpp"
#include "runtime/wall_clock.hpp"

namespace commands {
namespace {

using Json = nlohmann::ordered_json;

struct Ask {
  std::string charge_id;
  std::int64_t amount_minor = 0;
  std::string currency;
  std::string source;
  Language language = Language::english;
};

struct Line {
  std::string code;
  Advice advice;
};

struct Answer {
  std::string amount;  // for a person
  std::vector<Line> errors;
  std::vector<Line> warnings;
  std::optional<std::int64_t> remaining_minor;
};

constexpr Phrase k_yes{"{amount} of charge {charge} may be refunded.",
                       "決済{charge}は、{amount}を返金できます。"};
constexpr Phrase k_no{"{amount} of charge {charge} cannot be refunded.",
                      "決済{charge}は、{amount}を返金できません。"};
constexpr Phrase k_errors{"What forbids it", "返金できない理由"};
constexpr Phrase k_warnings{"What is worth knowing", "ご注意"};

const providers::Source& source_of(const domain::Charge& charge, const Setup& setup) {
  return *std::ranges::find(setup.sources, charge.source, &providers::Source::name);
}

domain::Currency currency_of(const Ask& ask, const domain::Charge& charge,
                             const providers::Source& source) {
  auto currency = domain::Currency::parse(ask.currency);
  if (!currency && charge.amount.value) {
    currency = charge.amount.value->currency;
  }
  if (!currency) {
    currency = source.currency_default;
  }
  if (!currency) {
    throw UsageError{"--currency is needed: neither the charge nor its source has one."};
  }
  return *currency;
}

template <typename Kind>
std::vector<Line> lines_of(const std::vector<domain::Finding<Kind>>& findings, Language language) {
  std::vector<Line> lines;
  lines.reserve(findings.size());
  for (const auto& finding : findings) {
    lines.push_back({std::string{domain::to_string(finding.kind)}, advice_on(finding, language)});
  }
  return lines;
}

Answer answer(const Ask& ask, const std::optional<store::ChargeWithRefunds>& known,
              const Setup& setup) {
  if (!known) {
    const Line line{"invalid_charge", advice_on_unknown_charge(ask.charge_id, ask.language)};
    return {std::to_string(ask.amount_minor) + (ask.currency.empty() ? "" : " " + ask.currency),
            {line},
            {},
            {}};
  }
  const auto& source = source_of(known->charge, setup);
  const domain::Money amount{ask.amount_minor, currency_of(ask, known->charge, source)};
  const auto found = domain::can_refund(
      known->charge, known->refunds, {amount, runtime::wall_clock_now(), source.provider->limits});
  return {domain::format_money(amount), lines_of(found.errors, ask.language),
          lines_of(found.warnings, ask.language), found.ledger.remaining_minor};
}

Json to_json(const std::vector<Line>& lines) {
  auto array = Json::array();
  for (const Line& line : lines) {
    array.push_back({{"code", line.code},
                     {"what_happened", line.advice.what},
                     {"what_to_do", line.advice.what_to_do}});
  }
  return array;
}

void print_lines(Language language, const Phrase& heading, const std::vector<Line>& lines) {
  if (lines.empty()) {
    return;
  }
  std::cout << "\n" << in(language, heading) << "\n";
  for (const Line& line : lines) {
    std::cout << "  " << printable(line.advice.what) << "\n    "
              << printable(line.advice.what_to_do) << "\n";
  }
}

void print_answer(const Ask& ask, const Answer& given, bool json) {
  if (json) {
    print_json({{"charge_id", ask.charge_id},
                {"amount", given.amount},
                {"amount_minor", ask.amount_minor},
                {"may_be_refunded", given.errors.empty()},
                {"remaining_minor", or_null(given.remaining_minor)},
                {"errors", to_json(given.errors)},
                {"warnings", to_json(given.warnings)}},
               std::cout);
    return;
  }
  const Phrase& verdict = given.errors.empty() ? k_yes : k_no;
  std::cout << printable(say(ask.language, verdict,
                             {{"amount", given.amount}, {"charge", ask.charge_id}}))
            << "\n";
  print_lines(ask.language, k_errors, given.errors);
  print_lines(ask.language, k_warnings, given.warnings);
}

int run_can_refund(const Ask& ask, const Context& context) {
  if (!ask.currency.empty() && !domain::Currency::parse(ask.currency)) {
    throw UsageError{"--currency must be a currency of ISO 4217, like \"JPY\"."};
  }
  const auto setup =
      load_setup_without_secrets(context.config_file, Needs::database_and_sources, std::cerr);
  if (!setup) {
    return k_exit_failed;
  }
  auto connection = open_database(setup->config);
  const auto known = find_known_charge(connection, *setup, ask.charge_id, ask.source);
  const Answer given = answer(ask, known, *setup);
  print_answer(ask, given, context.json);
  return given.errors.empty() ? k_exit_done : k_exit_failed;
}

}  // namespace

void add_can_refund(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand(
      "can-refund",
      "Whether an amount of a charge may be refunded, by what is known here. Exit code 0: it may "
      "(there may be warnings), 1: it cannot");
  // Shared: filled while parsing and used by the callback, both after we return.
  const auto ask = std::make_shared<Ask>();
  command->add_option("CHARGE", ask->charge_id, "The charge's id")->required();
  command
      ->add_option("AMOUNT", ask->amount_minor,
                   "In minor units, without a decimal point: 1000 is 10.00 THB, and 1000 JPY")
      ->required();
  command->add_option("--currency", ask->currency, "Of the amount; else the charge's")
      ->type_name("CODE");
  command->add_option("--source", ask->source, "Where several sources have a charge of this id")
      ->type_name("NAME");
  const auto set_language = [ask](const std::string& code) {
    ask->language = parse_language(code).value_or(Language::english);
  };
  command->add_option_function<std::string>("--lang", set_language, "The language of the answer")
      ->check(CLI::IsMember({"en", "ja"}))
      ->default_str("en");
  command->callback(
      [ask, &context] { context.run = [ask, &context] { return run_can_refund(*ask, context); }; });
}

}  // namespace commands
