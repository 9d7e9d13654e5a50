#include "runtime/config_outbox.hpp"

namespace runtime {
namespace {

constexpr Range k_pending_seconds{1, 366 * 86400};

// The content of the file that the key names; stays empty where it is refused.
void read_secret(TableReader& table, const std::string& key, const FileFolders& folders,
                 std::string& value) {
  std::optional<std::string> name;
  table.read(key, name);
  if (!name) {
    return;
  }
  const auto path = folders.resolve(*name);
  auto secret = read_secret_file(path);
  if (const auto* problem = std::get_if<FileProblem>(&secret)) {
    table.add_error(key, path.string() + ": " + problem->message);
  } else {
    value = std::get<std::string>(std::move(secret));
  }
}

void read_path(TableReader& table, std::string_view key, const FileFolders& folders,
               std::filesystem::path& value) {
  std::optional<std::string> name;
  table.read(key, name);
  if (name) {
    value = folders.resolve(*name);
  }
}

// The messages that end up here are sent over a network.
void read_network(TableReader& table, const FileFolders& folders, SinkConfig& config) {
  table.require("url");
  table.read("url", config.url);
  read_path(table, "ca_file", folders, config.ca_file);
  table.read("concurrency", {1, 64}, config.concurrency);
  table.read("rate_per_second", {0, 100000}, config.rate_per_second);
  table.read("timeout_seconds", {1, 60}, config.timeout);
}

void read_smtp(TableReader& table, const FileFolders& folders, SinkConfig& config) {
  read_network(table, folders, config);
  table.read("tls", {{"required", true}, {"none", false}}, config.tls_required);
  table.read("user", config.user);
  read_secret(table, "password_file", folders, config.password);
  table.require("from_address");
  table.read("from_address", config.from_address);
  table.read("from_name", config.from_name);
  table.read("reply_to", config.reply_to);
}

void read_http(TableReader& table, const FileFolders& folders, SinkConfig& config) {
  read_network(table, folders, config);
  table.read("preset", config.preset);
  read_secret(table, "signing_secret_file", folders, config.signing_secret);
  read_secret(table, "authorization_file", folders, config.authorization);
  read_secret(table, "routing_key_file", folders, config.routing_key);
  table.read("reference_pointer", config.reference_pointer);
  table.read("ticket_url", config.ticket_url);
}

}  // namespace

OutboxConfig read_outbox(TableReader table, const FileFolders& folders) {
  OutboxConfig config;
  config.templates_folder = folders.config_folder / "templates";
  read_path(table, "templates_folder", folders, config.templates_folder);
  table.read("shop_name", config.shop_name);
  table.read("estimated_days_min", {0, 365}, config.estimated_days_min);
  table.read("estimated_days_max", {0, 365}, config.estimated_days_max);
  if (config.estimated_days_min > config.estimated_days_max) {
    table.add_error("estimated_days_min", "must not be greater than estimated_days_max");
  }
  table.read("staff_language", config.staff_language);
  table.read("attempts_max", {1, 100}, config.attempts_max);
  table.read("pending_max_card_seconds", k_pending_seconds, config.pending_max_card);
  table.read("pending_max_seconds", k_pending_seconds, config.pending_max);
  table.read("action_required_max_seconds", k_pending_seconds, config.action_required_max);
  table.refuse_other_keys();
  return config;
}

SinkConfig read_sink(TableReader table, const FileFolders& folders) {
  SinkConfig config;
  table.require("name");
  table.read("name", config.name);
  if (config.name == "off") {
    table.add_error("name", "must not be \"off\", which is what a route says that sends nothing");
  }
  table.require("kind");
  table.read(
      "kind",
      {{"smtp", SinkKind::smtp}, {"http", SinkKind::http}, {"json_lines", SinkKind::json_lines}},
      config.kind);
  switch (config.kind) {
    case SinkKind::smtp:
      read_smtp(table, folders, config);
      break;
    case SinkKind::http:
      read_http(table, folders, config);
      break;
    case SinkKind::json_lines:
      table.require("file");
      read_path(table, "file", folders, config.file);
      break;
  }
  table.refuse_other_keys();
  return config;
}

RouteConfig read_route(TableReader table) {
  RouteConfig config;
  table.read("audience", config.audience);
  table.read("template", config.template_name);
  table.read("source", config.source);
  table.require("sink");
  table.read("sink", config.sink);
  table.read("recipient", config.recipient);
  table.refuse_other_keys();
  return config;
}

}  // namespace runtime
