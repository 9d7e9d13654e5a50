#include "commands/operator_database.hpp"

#include <ostream>
#include <string_view>

namespace commands {
namespace {

bool is_of_table(std::string_view key, std::string_view table) {
  return key == table || key.starts_with(std::string{table} + ".") ||
         key.starts_with(std::string{table} + "[");
}

/// A mistyped [databse] shows as an unknown key of the whole file: going on without it would mean
/// another database.
bool is_of_whole_file(std::string_view key) {
  return key.find_first_of(".[") == std::string_view::npos && key != "source";
}

bool is_about_secrets(std::string_view key) {
  return key.find(".webhook_secret_files") != std::string_view::npos ||
         key.find(".webhook_token_files") != std::string_view::npos ||
         key.find(".api_key_file") != std::string_view::npos;
}

bool concerns(std::string_view key, Needs needs) {
  if (is_of_whole_file(key) || is_of_table(key, "database")) {
    return true;
  }
  switch (needs) {
    case Needs::database:
      return false;
    case Needs::database_and_sources:
      return is_of_table(key, "source") && !is_about_secrets(key);
    case Needs::database_and_outbox:
      return is_of_table(key, "outbox");
  }
  __builtin_unreachable();
}

}  // namespace

std::optional<Setup> load_setup_without_secrets(const std::filesystem::path& file, Needs needs,
                                                std::ostream& errors) {
  auto result = read_setup(file);
  std::erase_if(result.errors,
                [needs](const runtime::ConfigError& error) { return !concerns(error.key, needs); });
  if (!result.errors.empty()) {
    print_errors(file, result.errors, errors);
    return std::nullopt;
  }
  return std::move(result.setup);
}

store::Connection open_database(const runtime::Config& config) {
  using namespace std::chrono_literals;
  return store::Connection{{.url = config.database.url,
                            .application_name = "refundctl",
                            .statement_timeout = 0ms,
                            .lock_timeout = 10s}};
}

}  // namespace commands
