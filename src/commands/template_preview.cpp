#include "commands/template_preview.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <stdexcept>

#include "commands/operator_database.hpp"
#include "commands/terminal_json.hpp"
#include "commands/terminal_text.hpp"
#include "runtime/wall_clock.hpp"

namespace commands {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* k_sample_shop = "SHOP-1";

struct Options {
  std::string name;
  outbox::Language language = outbox::Language::en;
  std::optional<std::string> refund_id;
  PreviewPart part = PreviewPart::all;
};

PreviewSubject require_subject(const std::string& name) {
  if (auto subject = find_preview_subject(name)) {
    return *std::move(subject);
  }
  std::string known;
  for (const auto& contract : outbox::template_contracts()) {
    known += (known.empty() ? "" : ", ") + std::string{contract.name};
  }
  throw UsageError{"There is no template \"" + printable(name) + "\", only " + known +
                   "; an anomaly may be named: anomaly_over_refund."};
}

std::optional<outbox::TemplateSet> load_templates(const Setup& setup, const Context& context) {
  auto loaded = outbox::TemplateSet::load(setup.config.outbox.templates_folder);
  if (const auto* problems = std::get_if<outbox::TemplateProblems>(&loaded)) {
    std::vector<runtime::ConfigError> errors;
    for (const std::string& problem : *problems) {
      errors.push_back({"outbox.templates_folder", problem});
    }
    print_errors(context.config_file, errors, std::cerr);
    return std::nullopt;
  }
  return std::get<outbox::TemplateSet>(std::move(loaded));
}

/// As the daemon's, but that every reader reads the language asked for.
outbox::Manner manner_of(const Setup& setup, outbox::Language language) {
  const runtime::OutboxConfig& config = setup.config.outbox;
  outbox::Manner manner;
  manner.shop_name = config.shop_name.empty() ? k_sample_shop : config.shop_name;
  manner.estimated_days_min = static_cast<int>(config.estimated_days_min);
  manner.estimated_days_max = static_cast<int>(config.estimated_days_max);
  manner.staff_language = language;
  for (const auto& source : setup.sources) {
    if (source.provider != nullptr) {
      manner.sources[source.name].limits = source.provider->limits;
    }
  }
  return manner;
}

store::RefundHistory load_refund(const Setup& setup, const std::string& refund_id) {
  auto connection = open_database(setup.config);
  for (auto& history : store::load_history(connection, refund_id)) {
    if (history.refund) {
      return std::move(history);
    }
  }
  throw std::runtime_error{"no refund " + printable(refund_id) + " is known"};
}

store::DueMessage message_for(const Options& options, const PreviewSubject& subject,
                              const Setup& setup, domain::Time now) {
  auto message = options.refund_id
                     ? message_about(load_refund(setup, *options.refund_id), subject, now)
                     : sample_message(subject, now);
  message.customer_locale = to_string(options.language);
  return message;
}

int run_template_preview(const Options& options, const Context& context) {
  const auto subject = require_subject(options.name);
  const auto setup =
      load_setup_without_secrets(context.config_file, Needs::database_and_outbox, std::cerr);
  if (!setup) {
    return k_exit_failed;
  }
  const auto templates = load_templates(*setup, context);
  if (!templates) {
    return k_exit_failed;
  }
  const auto now = runtime::wall_clock_now();
  const auto message = message_for(options, subject, *setup, now);
  const auto composed = outbox::compose(message, /*recipient=*/"",
                                        manner_of(*setup, options.language), *templates, now);
  if (const auto* problem = std::get_if<outbox::CannotCompose>(&composed)) {
    throw std::runtime_error{problem->why};
  }
  print_preview(std::get<outbox::Outgoing>(composed), subject.contract->name, options.part,
                context.json, std::cout);
  return k_exit_done;
}

/// Line by line; nothing that a terminal obeys, but tabs.
void print_lines(std::string_view text, std::ostream& out) {
  while (!text.empty()) {
    auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    for (auto tab = line.find('\t'); tab != std::string_view::npos; tab = line.find('\t')) {
      out << printable(line.substr(0, tab)) << '\t';
      line.remove_prefix(tab + 1);
    }
    out << printable(line) << "\n";
  }
}

void print_for_people(const outbox::Rendered& rendered, PreviewPart part, std::ostream& out) {
  switch (part) {
    case PreviewPart::all:
      out << "Subject: " << printable(rendered.subject) << "\n\n";
      print_lines(rendered.text, out);
      out << "\n";
      print_lines(rendered.html, out);
      return;
    case PreviewPart::subject:
      print_lines(rendered.subject, out);
      return;
    case PreviewPart::text:
      print_lines(rendered.text, out);
      return;
    case PreviewPart::html:
      print_lines(rendered.html, out);
      return;
  }
  __builtin_unreachable();
}

void add_options(CLI::App& command, const std::shared_ptr<Options>& options) {
  command
      .add_option("NAME", options->name,
                  "A template's name (refund_complete), or a message's (anomaly_over_refund)")
      ->required();
  const auto set_language = [options](const std::string& code) {
    options->language = outbox::parse_language(code).value_or(outbox::Language::en);
  };
  command.add_option_function<std::string>("--lang", set_language, "The reader's language")
      ->check(CLI::IsMember({"en", "ja", "th"}))
      ->default_str("en");
  command
      .add_option("--refund", options->refund_id,
                  "A refund of the database to tell about. Default: a sample, without a database")
      ->type_name("ID");
  const std::map<std::string, PreviewPart> parts{{"all", PreviewPart::all},
                                                 {"subject", PreviewPart::subject},
                                                 {"text", PreviewPart::text},
                                                 {"html", PreviewPart::html}};
  const auto set_part = [options, parts](const std::string& word) {
    options->part = parts.at(word);
  };
  command.add_option_function<std::string>("--part", set_part, "What of it is printed")
      ->check(CLI::IsMember({"subject", "text", "html", "all"}))
      ->default_str("all");
}

}  // namespace

void print_preview(const outbox::Outgoing& outgoing, std::string_view contract_name,
                   PreviewPart part, bool json, std::ostream& out) {
  const outbox::Rendered& rendered = outgoing.rendered;
  if (!json) {
    print_for_people(rendered, part, out);
    return;
  }
  Json shown{{"template", contract_name},
             {"message", outgoing.template_name},
             {"audience", to_string(outgoing.audience)},
             {"language", outgoing.language},
             {"refund_id", outgoing.refund_id}};
  const auto add = [&](PreviewPart which, const char* key, const std::string& text) {
    if (part == PreviewPart::all || part == which) {
      shown[key] = text;
    }
  };
  add(PreviewPart::subject, "subject", rendered.subject);
  add(PreviewPart::text, "text", rendered.text);
  add(PreviewPart::html, "html", rendered.html);
  print_json(shown, out);
}

void add_template(CLI::App& app, Context& context) {
  auto* group = app.add_subcommand("template", "The texts that customers and staff get");
  group->require_subcommand(1);
  auto* command = group->add_subcommand(
      "preview", "A message as its reader would get it; nothing is sent or written");
  // Shared: filled while parsing and used by the callback, both after we return.
  const auto options = std::make_shared<Options>();
  add_options(*command, options);
  command->callback([options, &context] {
    context.run = [options, &context] { return run_template_preview(*options, context); };
  });
}

}  // namespace commands
