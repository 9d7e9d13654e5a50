#include "commands/check_config.hpp"

#include <CLI/CLI.hpp>
#include <iomanip>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>

#include "commands/certificate.hpp"
#include "commands/setup.hpp"
#include "runtime/endpoint.hpp"

namespace commands {
namespace {

using Json = nlohmann::ordered_json;

Json to_json(const std::vector<runtime::ConfigError>& errors) {
  auto list = Json::array();
  for (const auto& error : errors) {
    list.push_back({{"key", error.key}, {"message", error.message}});
  }
  return list;
}

Json to_json(const providers::Source& source) {
  const auto& currency = source.currency_default;
  return {{"name", source.name},
          {"provider", source.provider->name},
          {"path", "/webhooks/" + source.name},
          {"livemode", source.livemode},
          {"secrets", source.secrets.size()},
          {"currency_default", currency ? Json(currency->code()) : Json()}};
}

Json to_json(const Setup& setup, const std::optional<Certificate>& certificate) {
  auto sources = Json::array();
  for (const auto& source : setup.sources) {
    sources.push_back(to_json(source));
  }
  return {{"valid", true},
          {"listener", runtime::format_endpoint(setup.config.listener.listen)},
          {"certificate", certificate ? Json(certificate->subject) : Json()},
          {"admin", runtime::format_endpoint(setup.config.admin.listen)},
          {"database", setup.config.database.url},
          {"sources", sources}};
}

void print_table(const Setup& setup, const std::optional<Certificate>& certificate,
                 std::ostream& out) {
  const auto line = [&out](std::string_view what, std::string_view value) {
    out << std::left << std::setw(15) << what << value << "\n";
  };
  line("configuration", "good");
  line("listener", runtime::format_endpoint(setup.config.listener.listen));
  line("certificate", certificate ? certificate->subject : "none: plain HTTP");
  line("admin", runtime::format_endpoint(setup.config.admin.listen));
  line("database", setup.config.database.url);
  for (const auto& source : setup.sources) {
    line("source", source.name + ": " + std::string{source.provider->name} +
                       (source.livemode ? ", live, " : ", test, ") +
                       std::to_string(source.secrets.size()) + " secret(s), /webhooks/" +
                       source.name);
  }
}

/// One more error where the authorities of clients cannot be understood.
void check_client_ca(SetupResult& result) {
  const auto& file = result.setup.config.listener.client_ca_file;
  if (!result.errors.empty() || file.empty()) {
    return;
  }
  try {
    read_certificate(file);
  } catch (const std::exception& error) {
    result.errors.push_back({"listener.client_ca_file", error.what()});
  }
}

/// The listener's certificate, nullopt where it has none; where it cannot be understood, one more
/// error.
std::optional<Certificate> certificate_of(SetupResult& result) {
  if (!result.errors.empty() || !result.setup.config.listener.tls) {
    return std::nullopt;
  }
  try {
    return read_certificate(result.setup.config.listener.certificate_file);
  } catch (const std::exception& error) {
    result.errors.push_back({"listener.certificate_file", error.what()});
    return std::nullopt;
  }
}

}  // namespace

int check_config(const CheckConfigOptions& options, std::ostream& out, std::ostream& errors) {
  auto result = read_setup(options.file);
  const auto certificate = certificate_of(result);
  check_client_ca(result);
  print_errors(options.file, result.errors, errors);
  if (!result.errors.empty()) {
    if (options.json) {
      out << Json{{"valid", false}, {"errors", to_json(result.errors)}}.dump(2) << "\n";
    }
    return k_exit_failed;
  }
  if (options.json) {
    out << to_json(result.setup, certificate).dump(2) << "\n";
  } else {
    print_table(result.setup, certificate, out);
  }
  return k_exit_done;
}

void add_check_config(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand(
      "check-config", "Say everything that is wrong with the configuration, or what it sets up");
  command->callback([&context] {
    context.run = [&context] {
      return check_config({context.config_file, context.json}, std::cout, std::cerr);
    };
  });
}

}  // namespace commands
