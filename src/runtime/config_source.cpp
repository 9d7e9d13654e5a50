#include "runtime/config_source.hpp"

#include <algorithm>

#include "runtime/config_api.hpp"
#include "runtime/config_statement.hpp"

namespace runtime {
namespace {

constexpr std::size_t k_secret_files_max = 16;
constexpr std::size_t k_source_name_max = 63;

bool is_source_name(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  };
  return name.size() <= k_source_name_max && !name.starts_with('-') &&
         std::all_of(name.begin(), name.end(), allowed);
}

/// One secret for each listed file; empty where the file is refused, so that indexes stay true.
std::vector<std::string> read_secrets(TableReader& table, const std::string& key,
                                      const FileFolders& folders) {
  const auto names = table.texts(key);
  if (names.size() > k_secret_files_max) {
    table.add_error(key, "must list at most " + std::to_string(k_secret_files_max) + " files");
    return {};
  }
  std::vector<std::string> secrets;
  for (const auto& name : names) {
    const auto path = folders.resolve(name);
    auto secret = name.empty() ? std::string{} : read_secret_file(path);
    if (const auto* problem = std::get_if<FileProblem>(&secret)) {
      table.add_error(key + "[" + std::to_string(secrets.size()) + "]",
                      path.string() + ": " + problem->message);
      secret = std::string{};
    }
    secrets.push_back(std::get<std::string>(std::move(secret)));
  }
  return secrets;
}

/// Providers sign with a secret or send a token: which of the two is theirs is not known here.
void read_secret_files(TableReader& table, const FileFolders& folders, SourceConfig& config) {
  const std::string secret_key = "webhook_secret_files";
  const std::string token_key = "webhook_token_files";
  config.secret_files_key = table.has(token_key) ? token_key : secret_key;
  if (table.has(secret_key) == table.has(token_key)) {
    table.add_error(secret_key,
                    "exactly one of " + secret_key + " and " + token_key + " is required");
  }
  const auto tokens = read_secrets(table, token_key, folders);
  const auto secrets = read_secrets(table, secret_key, folders);
  config.secrets = table.has(token_key) ? tokens : secrets;
}

}  // namespace

SourceConfig read_source(TableReader table, const FileFolders& folders) {
  SourceConfig config;
  table.require("name");
  table.read("name", config.name);
  if (!is_source_name(config.name)) {
    table.add_error("name", "must be 1 to 63 of a-z, 0-9 and '-', and not begin with '-'");
  }
  table.require("provider");
  table.read("provider", config.provider);
  read_secret_files(table, folders, config);
  table.read("timestamp_tolerance_seconds", {1, 86400}, config.timestamp_tolerance);
  table.read("livemode", config.livemode);
  table.read("missing_status", config.missing_status);
  table.read("currency_default", config.currency_default);
  table.read("test_recipient", config.test_recipient);
  table.read("language_default", config.language_default);
  table.read("time_zone", config.time_zone);
  config.api = read_api(table, folders);
  config.statement = read_statement(table.table("statement"));
  table.refuse_other_keys();
  return config;
}

}  // namespace runtime
