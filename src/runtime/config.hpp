// The configuration file: read once, checked as a whole, every mistake reported together.
//
// Knows no refund: a [[source]] is names, numbers and secrets here; sources.hpp makes providers'
// sources of them.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "runtime/network.hpp"
#include "runtime/statement_config.hpp"

namespace runtime {

/// Where a listener waits: an IP address and a port (0: any free one), or a Unix socket.
struct Endpoint {
  std::string address;  // "0.0.0.0", "::1"; no host names
  std::uint16_t port = 0;
  std::string path{};  // absolute; empty: the address and the port count
};

/// Where the address of who sends an event comes from.
enum class ClientAddress { connection, proxy_protocol, x_forwarded_for };

struct ListenerConfig {
  Endpoint listen{"0.0.0.0", 8443};
  /// false: plain HTTP from this machine only, because a balancer on it ends TLS.
  bool tls = true;
  std::filesystem::path certificate_file;  // absolute
  std::filesystem::path private_key_file;  // absolute
  /// Whose certificates clients must have, PEM, absolute; empty: none is asked for.
  std::filesystem::path client_ca_file;
  std::vector<Network> trusted_proxies;
  /// What a trusted proxy is believed; anybody else counts as its connection's address.
  ClientAddress client_address = ClientAddress::connection;
  std::size_t body_max_bytes = 262144;
  std::size_t connections_max = 4096;
  std::chrono::seconds handshake_timeout{5};
  std::chrono::seconds head_timeout{5};
  std::chrono::seconds body_timeout{10};
  std::chrono::seconds write_timeout{10};
  std::chrono::seconds idle_timeout{15};
  /// From SIGTERM to the end of the process at the latest.
  std::chrono::seconds stop_timeout{25};
};

struct AdminConfig {
  Endpoint listen{"127.0.0.1", 9090};
};

struct DatabaseConfig {
  std::string url = "postgresql:///refundd?host=/run/postgresql";
  std::size_t connections = 2;
};

struct IngestConfig {
  std::size_t queue_max = 10000;
  std::size_t batch_max = 500;
};

enum class LogLevel { debug, info, warn, error };
enum class LogFormat { text, json, journald };

struct LogConfig {
  LogLevel level = LogLevel::info;
  LogFormat format = LogFormat::text;
};

struct OutboxConfig {
  std::filesystem::path templates_folder;  // absolute
  std::string shop_name;                   // what customers call the shop; empty: not given
  std::size_t estimated_days_min = 5;      // business days that a refund takes
  std::size_t estimated_days_max = 10;
  std::string staff_language = "en";
  std::size_t attempts_max = 12;
  /// How long a refund may be pending before support hears of it.
  std::chrono::seconds pending_max_card{3600};
  std::chrono::seconds pending_max{86400};
  std::chrono::seconds action_required_max{86400};
};

enum class SinkKind { smtp, http, json_lines };

/// What a [[sink]] of one kind does not use stays as it is here.
struct SinkConfig {
  std::string name;
  SinkKind kind = SinkKind::http;
  std::string url;
  std::filesystem::path ca_file;  // empty: the system's certificates
  std::size_t concurrency = 4;
  std::size_t rate_per_second = 0;  // 0: no limit
  std::chrono::seconds timeout{10};

  // smtp
  bool tls_required = true;
  std::string user;
  std::string password;
  std::string from_address;
  std::string from_name;
  std::string reply_to;

  // http
  std::string preset = "generic";
  std::string signing_secret;
  std::string authorization;
  std::string routing_key;
  std::string reference_pointer;
  std::string ticket_url;

  // json_lines
  std::filesystem::path file;  // absolute
};

struct RouteConfig {
  std::string audience;       // empty: any
  std::string template_name;  // may end in "*"; empty: any
  std::string source;         // empty: any
  std::string sink;           // "off": nothing is sent
  std::string recipient;
};

/// Whether what a customer is told waits until the provider's API has said the same.
enum class Confirm { off, customer_messages };

/// How long after the last answer a refund is asked for again; the last one repeats.
using PollSchedule = std::vector<std::chrono::seconds>;

/// How a source's provider is asked.
struct ApiConfig {
  bool is_asked = false;  // a key file is named
  std::string key;        // its content; empty: it was refused
  std::optional<std::string> url;
  std::filesystem::path ca_file;  // absolute; empty: the system's certificates
  std::chrono::seconds timeout{15};
  std::size_t rate_per_second = 5;
  std::optional<Confirm> confirm;  // nullopt: as the provider's evidence suggests
  PollSchedule poll{std::chrono::minutes{5}, std::chrono::minutes{30}, std::chrono::hours{2},
                    std::chrono::hours{6}, std::chrono::hours{24}};
  std::map<std::string, PollSchedule> poll_by_method;  // by the provider's word
  std::size_t poll_give_up_days = 14;
  std::chrono::seconds catch_up_interval{300};
  std::chrono::seconds catch_up_overlap{900};
};

struct SourceConfig {
  std::string name;      // [a-z0-9][a-z0-9-]{0,62}: it is part of a URL path
  std::string provider;  // any text; whether it exists is not known here
  /// The key that was used: "webhook_secret_files" or "webhook_token_files".
  std::string secret_files_key;
  /// Contents of the secret files, one trailing newline removed; empty: that file was refused.
  std::vector<std::string> secrets;
  std::optional<std::chrono::seconds> timestamp_tolerance;  // nullopt: not given
  bool livemode = true;
  std::string missing_status = "pending";
  std::optional<std::string> currency_default;
  std::optional<std::string> test_recipient;
  std::string language_default = "en";
  ApiConfig api;
  StatementConfig statement;
  std::optional<std::string> time_zone;  // of tzdata; nullopt: the provider's
};

struct Config {
  ListenerConfig listener;
  AdminConfig admin;
  DatabaseConfig database;
  IngestConfig ingest;
  LogConfig log;
  std::vector<SourceConfig> sources;
  OutboxConfig outbox;
  std::vector<SinkConfig> sinks;
  std::vector<RouteConfig> routes;  // in the file's order
};

/// One mistake: which key, and what is wrong with it, in a sentence for an operator. Never contains
/// a secret's content.
struct ConfigError {
  std::string key;  // "source[1].webhook_secret_files", "listener.listen"; empty: the whole file
  std::string message;
};

struct LoadedConfig {
  /// With errors, what could be read: wrong values are left at their defaults, and every source of
  /// the file has its place.
  Config config;
  std::vector<ConfigError> errors;  // empty: the configuration is good
};

struct LoadOptions {
  /// $CREDENTIALS_DIRECTORY of systemd; secrets are looked for there first.
  std::optional<std::filesystem::path> credentials_directory;
};

/// Reads the file and every secret that it names. Never throws for a bad file.
LoadedConfig load_config(const std::filesystem::path& file, const LoadOptions& options);

}  // namespace runtime
