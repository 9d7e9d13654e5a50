#include "commands/explain.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "commands/explain_json.hpp"
#include "commands/explain_text.hpp"
#include "commands/operator_database.hpp"
#include "commands/terminal_text.hpp"

namespace commands {
namespace {

constexpr Phrase k_never_heard{"No event ever named a refund \"{refund}\".",
                               "返金「{refund}」に関する通知は届いていません。"};

int run_explain(ExplainOptions options, const Context& context) {
  options.json = context.json;
  const auto setup = load_setup_without_secrets(context.config_file, Needs::database, std::cerr);
  if (!setup) {
    return k_exit_failed;
  }
  auto connection = open_database(setup->config);
  const auto histories = store::load_history(connection, options.refund_id);
  return explain(options, histories, std::cout, std::cerr);
}

}  // namespace

int explain(const ExplainOptions& options, const std::vector<store::RefundHistory>& histories,
            std::ostream& out, std::ostream& errors) {
  if (histories.empty()) {
    errors << printable(say(options.language, k_never_heard, {{"refund", options.refund_id}}))
           << "\n";
    return k_exit_failed;
  }
  if (options.json) {
    print_histories_as_json(options.refund_id, histories, options.language, out);
    return k_exit_done;
  }
  for (const auto& history : histories) {
    out << (&history == &histories.front() ? "" : "\n\n");
    print_history(history, options.language, out);
  }
  return k_exit_done;
}

void add_explain(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("explain", "The whole story of a refund");
  // Shared: filled while parsing and used by the callback, both after we return.
  const auto options = std::make_shared<ExplainOptions>();
  command->add_option("REFUND", options->refund_id, "The refund's id")->required();
  const auto set_language = [options](const std::string& code) {
    options->language = parse_language(code).value_or(Language::english);
  };
  command->add_option_function<std::string>("--lang", set_language, "The language of the story")
      ->check(CLI::IsMember({"en", "ja"}))
      ->default_str("en");
  command->callback([options, &context] {
    context.run = [options, &context] { return run_explain(*options, context); };
  });
}

}  // namespace commands
