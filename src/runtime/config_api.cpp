#include "runtime/config_api.hpp"

namespace runtime {
namespace {

constexpr Range k_poll_seconds{1, 30 * 86400};
constexpr std::size_t k_poll_steps_max = 32;

void read_key(TableReader& table, const FileFolders& folders, ApiConfig& config) {
  std::optional<std::string> name;
  table.read("api_key_file", name);
  if (!name) {
    return;
  }
  config.is_asked = true;
  const auto path = folders.resolve(*name);
  auto key = read_secret_file(path);
  if (const auto* problem = std::get_if<FileProblem>(&key)) {
    table.add_error("api_key_file", path.string() + ": " + problem->message);
    return;
  }
  config.key = std::get<std::string>(std::move(key));
}

void read_schedule(TableReader& table, std::string_view key, PollSchedule& schedule) {
  const auto steps = table.seconds(key, k_poll_seconds);
  if (steps.size() > k_poll_steps_max) {
    table.add_error(key, "must list at most " + std::to_string(k_poll_steps_max) + " numbers");
  } else if (!steps.empty()) {
    schedule = steps;
  }
}

void read_methods(TableReader table, ApiConfig& config) {
  for (const std::string& method : table.keys()) {
    read_schedule(table, method, config.poll_by_method[method]);
  }
}

}  // namespace

ApiConfig read_api(TableReader& table, const FileFolders& folders) {
  ApiConfig config;
  read_key(table, folders, config);
  table.read("api_url", config.url);
  std::optional<std::string> ca_file;
  table.read("api_ca_file", ca_file);
  if (ca_file) {
    config.ca_file = folders.resolve(*ca_file);
  }
  table.read("api_timeout_seconds", {1, 300}, config.timeout);
  table.read("api_rate_per_second", {1, 1000}, config.rate_per_second);
  std::optional<Confirm> confirm;
  table.read<std::optional<Confirm>>(
      "confirm", {{"customer_messages", Confirm::customer_messages}, {"off", Confirm::off}},
      confirm);
  config.confirm = confirm;
  read_schedule(table, "poll_seconds", config.poll);
  read_methods(table.table("poll_seconds_by_method"), config);
  table.read("poll_give_up_days", {1, 366}, config.poll_give_up_days);
  table.read("catch_up_interval_seconds", {1, 86400}, config.catch_up_interval);
  table.read("catch_up_overlap_seconds", {1, 7 * 86400}, config.catch_up_overlap);
  if (!config.is_asked && (config.url || ca_file || confirm == Confirm::customer_messages)) {
    table.add_error("api_key_file", "is required where the API is to be asked");
  }
  return config;
}

}  // namespace runtime
