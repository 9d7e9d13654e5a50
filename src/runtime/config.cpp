#include "runtime/config.hpp"

#include <algorithm>

#include "runtime/config_files.hpp"
#include "runtime/config_outbox.hpp"
#include "runtime/config_reader.hpp"
#include "runtime/config_source.hpp"
#include "runtime/endpoint.hpp"

namespace runtime {
namespace {

constexpr std::size_t k_config_max_bytes = 1 << 20;
constexpr std::size_t k_certificate_max_bytes = 1 << 20;

constexpr Range k_timeout_seconds{1, 3600};

template <typename Named>
void refuse_same_names(TableReader& file, const std::string& key, const std::vector<Named>& all) {
  for (auto one = all.begin(); one != all.end(); ++one) {
    const auto same = [&](const Named& other) { return other.name == one->name; };
    if (!one->name.empty() && std::find_if(all.begin(), one, same) != one) {
      file.add_error(key + "[" + std::to_string(one - all.begin()) + "].name",
                     "is the name of another " + key + " already");
    }
  }
}

void read_tables(TableReader file, const FileFolders& folders, Config& config);
void read_listener(TableReader table, const FileFolders& folders, ListenerConfig& config);
void read_admin(TableReader table, const ListenerConfig& listener, AdminConfig& config);
void read_database(TableReader table, DatabaseConfig& config);
void read_ingest(TableReader table, IngestConfig& config);
void read_log(TableReader table, LogConfig& config);

}  // namespace

LoadedConfig load_config(const std::filesystem::path& file, const LoadOptions& options) {
  LoadedConfig loaded;
  const auto content = read_file(file, {.size_max_bytes = k_config_max_bytes, .is_secret = false});
  if (const auto* problem = std::get_if<FileProblem>(&content)) {
    loaded.errors.push_back({"", problem->message});
    return loaded;
  }
  try {
    const auto table = toml::parse(std::get<std::string>(content));
    const FileFolders folders{options.credentials_directory,
                              std::filesystem::absolute(file).parent_path()};
    read_tables({table, "", loaded.errors}, folders, loaded.config);
  } catch (const toml::parse_error& error) {
    const auto& where = error.source().begin;
    loaded.errors.push_back({"", "line " + std::to_string(where.line) + ", column " +
                                     std::to_string(where.column) + ": " +
                                     std::string{error.description()}});
  }
  return loaded;
}

namespace {

void read_tables(TableReader file, const FileFolders& folders, Config& config) {
  read_listener(file.table("listener"), folders, config.listener);
  read_admin(file.table("admin"), config.listener, config.admin);
  read_database(file.table("database"), config.database);
  read_ingest(file.table("ingest"), config.ingest);
  read_log(file.table("log"), config.log);
  for (const auto& source : file.tables("source")) {
    config.sources.push_back(read_source(source, folders));
  }
  if (!file.has("source")) {
    file.add_error("source", "at least one [[source]] is required");
  }
  refuse_same_names(file, "source", config.sources);
  config.outbox = read_outbox(file.table("outbox"), folders);
  for (const auto& sink : file.tables("sink")) {
    config.sinks.push_back(read_sink(sink, folders));
  }
  refuse_same_names(file, "sink", config.sinks);
  for (const auto& route : file.tables("route")) {
    config.routes.push_back(read_route(route));
  }
  file.refuse_other_keys();
}

struct TlsFile {
  std::string_view key;
  bool is_secret;
};

void read_tls_file(TableReader& table, const FileFolders& folders, const TlsFile& file,
                   std::filesystem::path& path) {
  std::optional<std::string> name;
  table.read(file.key, name);
  if (!name) {
    return;
  }
  path = folders.resolve(*name);
  const auto content =
      read_file(path, {.size_max_bytes = k_certificate_max_bytes, .is_secret = file.is_secret});
  if (const auto* problem = std::get_if<FileProblem>(&content)) {
    table.add_error(file.key, path.string() + ": " + problem->message);
  }
}

void read_proxies(TableReader& table, ListenerConfig& config) {
  const std::string key = "trusted_proxies";
  const auto texts = table.texts(key);
  for (std::size_t at = 0; at < texts.size(); ++at) {
    if (const auto network = Network::parse(texts[at])) {
      config.trusted_proxies.push_back(*network);
    } else {
      table.add_error(key + "[" + std::to_string(at) + "]",
                      "must be an IP address or a network: 192.0.2.10, 192.0.2.0/24");
    }
  }
  table.read("client_address",
             {{"connection", ClientAddress::connection},
              {"proxy_protocol", ClientAddress::proxy_protocol},
              {"x_forwarded_for", ClientAddress::x_forwarded_for}},
             config.client_address);
  const bool comes_by_path = !config.listen.path.empty();
  if (config.client_address != ClientAddress::connection && !table.has(key) && !comes_by_path) {
    table.add_error("client_address", "needs listener.trusted_proxies: nobody else is believed");
  }
}

void read_tls(TableReader& table, const FileFolders& folders, ListenerConfig& config) {
  table.require("certificate_file");
  table.require("private_key_file");
  read_tls_file(table, folders, {"certificate_file", /*is_secret=*/false}, config.certificate_file);
  read_tls_file(table, folders, {"private_key_file", /*is_secret=*/true}, config.private_key_file);
  read_tls_file(table, folders, {"client_ca_file", /*is_secret=*/false}, config.client_ca_file);
  if (!config.listen.path.empty()) {
    table.add_error("listen", R"(a Unix socket speaks plain HTTP: it needs tls = "off")");
  }
}

void check_plain(TableReader& table, const ListenerConfig& config) {
  for (const auto* key : {"certificate_file", "private_key_file", "client_ca_file"}) {
    if (table.has(key)) {
      table.add_error(key, R"(has no use with tls = "off")");
    }
  }
  if (!is_local(config.listen)) {
    table.add_error("tls", R"("off" is for a balancer on this machine: listen must be 127.0.0.1, )"
                           R"([::1] or a Unix socket)");
  }
}

void read_listener(TableReader table, const FileFolders& folders, ListenerConfig& config) {
  table.read("listen", config.listen);
  table.read("tls", {{"on", true}, {"off", false}}, config.tls);
  if (config.tls) {
    read_tls(table, folders, config);
  } else {
    check_plain(table, config);
  }
  read_proxies(table, config);
  table.read("body_max_bytes", {1024, 16777216}, config.body_max_bytes);
  table.read("connections_max", {1, 100000}, config.connections_max);
  table.read("handshake_timeout_seconds", k_timeout_seconds, config.handshake_timeout);
  table.read("head_timeout_seconds", k_timeout_seconds, config.head_timeout);
  table.read("body_timeout_seconds", k_timeout_seconds, config.body_timeout);
  table.read("write_timeout_seconds", k_timeout_seconds, config.write_timeout);
  table.read("idle_timeout_seconds", k_timeout_seconds, config.idle_timeout);
  table.read("stop_timeout_seconds", k_timeout_seconds, config.stop_timeout);
  table.refuse_other_keys();
}

void read_admin(TableReader table, const ListenerConfig& listener, AdminConfig& config) {
  table.read("listen", config.listen);
  const auto& taken = listener.listen;
  if (!config.listen.path.empty()) {
    table.add_error("listen", "must be an IP address and a port");
  }
  if (config.listen.port != 0 && config.listen.port == taken.port &&
      config.listen.address == taken.address) {
    table.add_error("listen", "must not be the address of listener.listen");
  }
  table.refuse_other_keys();
}

/// libpq takes a password before the '@' and in the query, and so a key's one (sslpassword).
bool has_password(std::string_view url) {
  const auto rest = url.substr(url.find("://") + 3);
  const auto user = rest.substr(0, rest.find_first_of("@/"));
  const bool in_user = user.size() < rest.size() && rest[user.size()] == '@' &&
                       user.find(':') != std::string_view::npos;
  const auto query = rest.find('?');
  return in_user || (query != std::string_view::npos &&
                     rest.find("password=", query) != std::string_view::npos);
}

void read_database(TableReader table, DatabaseConfig& config) {
  table.read("url", config.url);
  if (!config.url.starts_with("postgresql://") && !config.url.starts_with("postgres://")) {
    table.add_error("url", "must be a libpq URL: postgresql://…");
  } else if (has_password(config.url)) {
    table.add_error("url", "must not hold a password: keep it in ~/.pgpass or a passfile");
  }
  table.read("connections", {1, 64}, config.connections);
  table.refuse_other_keys();
}

void read_ingest(TableReader table, IngestConfig& config) {
  table.read("queue_max", {1, 1000000}, config.queue_max);
  table.read("batch_max", {1, 10000}, config.batch_max);
  table.refuse_other_keys();
}

void read_log(TableReader table, LogConfig& config) {
  table.read("level",
             {{"debug", LogLevel::debug},
              {"info", LogLevel::info},
              {"warn", LogLevel::warn},
              {"error", LogLevel::error}},
             config.level);
  table.read(
      "format",
      {{"text", LogFormat::text}, {"json", LogFormat::json}, {"journald", LogFormat::journald}},
      config.format);
  table.refuse_other_keys();
}

}  // namespace
}  // namespace runtime
