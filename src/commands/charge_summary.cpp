#include "commands/charge_summary.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <stdexcept>

#include "commands/explain_summary.hpp"
#include "commands/known_charge.hpp"
#include "commands/operator_database.hpp"
#include "commands/table.hpp"
#include "commands/terminal_json.hpp"
#include "commands/terminal_text.hpp"

namespace commands {
namespace {

using Json = nlohmann::ordered_json;

struct Summary {
  std::string charge_id;
  std::string source;
};

std::string status_of(const std::optional<domain::ChargeStatus>& status) {
  return status ? std::string{domain::to_string(*status)} : "";
}

/// Of the charge, or of its first refund with one: what its sums are counted in.
std::optional<domain::Currency> currency_of(const store::ChargeWithRefunds& known) {
  if (known.charge.amount.value) {
    return known.charge.amount.value->currency;
  }
  const domain::Refund* first = nullptr;
  for (const domain::Refund& refund : known.refunds) {
    if (refund.amount.value && (first == nullptr || refund.refund_id < first->refund_id)) {
      first = &refund;
    }
  }
  return first == nullptr ? std::nullopt : std::optional{first->amount.value->currency};
}

Json to_json(const domain::Refund& refund) {
  const auto& amount = refund.amount.value;
  return {{"refund_id", refund.refund_id},
          {"status", domain::to_string(refund.status)},
          {"voided", refund.voided},
          {"amount_minor", amount ? Json(amount->amount_minor) : Json()},
          {"currency", amount ? Json(amount->currency.code()) : Json()},
          {"reason", or_null(refund.reason.value)},
          {"requested_at", domain::format_rfc3339(refund.requested_at)},
          {"occurred_at", domain::format_rfc3339(refund.key.occurred_at)}};
}

Json to_json(const store::ChargeWithRefunds& known) {
  const domain::Charge& charge = known.charge;
  const auto ledger = domain::ledger_of(charge, known.refunds);
  const auto currency = currency_of(known);
  auto refunds = Json::array();
  for (const domain::Refund& refund : known.refunds) {
    refunds.push_back(to_json(refund));
  }
  return {{"source", charge.source},
          {"charge_id", charge.charge_id},
          {"order_id", or_null(charge.order_id.value)},
          {"livemode", charge.livemode},
          {"status", or_null(status_of(charge.status.value))},
          {"payment_method", or_null(charge.payment_method.value)},
          {"charged_at", or_null(charge.charged_at.value)},
          {"currency", currency ? Json(currency->code()) : Json()},
          {"original_minor", or_null(ledger.original_minor)},
          {"refunded_minor", ledger.refunded_minor},
          {"pending_minor", ledger.pending_minor},
          {"remaining_minor", or_null(ledger.remaining_minor)},
          {"refund_count", ledger.refund_count},
          {"refunded_percentage", or_null(ledger.refunded_percentage)},
          {"fully_refunded", ledger.fully_refunded},
          {"refunds", refunds}};
}

void print_refunds(const std::vector<domain::Refund>& refunds) {
  if (refunds.empty()) {
    std::cout << "\nno refunds\n";
    return;
  }
  Table table{{"requested", "refund", "status", "amount", "reason"}};
  for (const domain::Refund& refund : refunds) {
    table.add_row(
        {time_to_second(refund.requested_at), refund.refund_id,
         std::string{domain::to_string(refund.status)} + (refund.voided ? ", voided" : ""),
         refund.amount.value ? domain::format_money(*refund.amount.value) : "",
         refund.reason.value.value_or("")});
  }
  std::cout << "\n";
  table.print(std::cout);
}

void print_text(const store::ChargeWithRefunds& known) {
  const domain::Charge& charge = known.charge;
  const auto ledger = domain::ledger_of(charge, known.refunds);
  const auto currency = currency_of(known);
  const auto money = [&](const std::optional<std::int64_t>& amount_minor) -> std::string {
    if (!amount_minor) {
      return "unknown";
    }
    return currency ? domain::format_money({*amount_minor, *currency})
                    : std::to_string(*amount_minor);
  };
  const auto line = [](std::string_view what, const std::string& value) {
    if (!value.empty()) {
      std::cout << what << printable(value) << "\n";
    }
  };
  line("charge     ", charge.charge_id);
  line("source     ", charge.source + (charge.livemode ? "" : " (test mode)"));
  line("order      ", charge.order_id.value.value_or(""));
  line("status     ", status_of(charge.status.value));
  line("method     ", charge.payment_method.value.value_or(""));
  line("charged    ", charge.charged_at.value ? time_to_second(*charge.charged_at.value) : "");
  line("original   ", money(ledger.original_minor));
  line("refunded   ", money(ledger.refunded_minor) + (ledger.fully_refunded ? ", in full" : ""));
  line("pending    ", money(ledger.pending_minor));
  line("remaining  ", money(ledger.remaining_minor));
  print_refunds(known.refunds);
}

int run_summary(const Summary& summary, const Context& context) {
  const auto setup =
      load_setup_without_secrets(context.config_file, Needs::database_and_sources, std::cerr);
  if (!setup) {
    return k_exit_failed;
  }
  auto connection = open_database(setup->config);
  const auto known = find_known_charge(connection, *setup, summary.charge_id, summary.source);
  if (!known) {
    throw std::runtime_error{"no event ever named a charge " + printable(summary.charge_id)};
  }
  if (context.json) {
    print_json(to_json(*known), std::cout);
  } else {
    print_text(*known);
  }
  return k_exit_done;
}

}  // namespace

void add_charge(CLI::App& app, Context& context) {
  auto* charge = app.add_subcommand("charge", "What was paid, and what became of it");
  charge->require_subcommand(1);
  auto* command = charge->add_subcommand("summary", "A charge's amounts and its refunds. UTC");
  // Shared: filled while parsing and used by the callback, both after we return.
  const auto summary = std::make_shared<Summary>();
  command->add_option("CHARGE", summary->charge_id, "The charge's id")->required();
  command->add_option("--source", summary->source, "Where several sources have one of this id")
      ->type_name("NAME");
  command->callback([summary, &context] {
    context.run = [summary, &context] { return run_summary(*summary, context); };
  });
}

}  // namespace commands
