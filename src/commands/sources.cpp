#include "commands/sources.hpp"

#include <algorithm>
#include <string>

#include "outbox/http_sink.hpp"
#include "providers/api.hpp"
#include "providers/registry.hpp"

namespace commands {
namespace {

/// One [[source]]: its errors are collected under its key.
class SourceReader {
 public:
  SourceReader(const runtime::SourceConfig& config, std::string path,
               std::vector<runtime::ConfigError>& errors)
      : config_{config}, path_{std::move(path)}, errors_{errors} {}

  [[nodiscard]] providers::Source read() const;

 private:
  void add_error(std::string_view key, std::string message) const;
  void read_provider(providers::Source& source) const;
  void read_secrets(providers::Source& source) const;
  void read_timestamp_tolerance(providers::Source& source) const;
  void read_missing_status(providers::Source& source) const;
  void read_currency_default(providers::Source& source) const;
  void read_api(providers::Source& source) const;

  const runtime::SourceConfig& config_;
  std::string path_;
  std::vector<runtime::ConfigError>& errors_;
};

std::string known_providers() {
  std::string names;
  for (const auto* provider : providers::all()) {
    names += (names.empty() ? "" : ", ") + std::string{provider->name};
  }
  return names;
}

}  // namespace

SourcesResult make_sources(const runtime::Config& config) {
  SourcesResult result;
  for (std::size_t index = 0; index < config.sources.size(); ++index) {
    const auto& source = config.sources[index];
    const SourceReader reader{source, "source[" + std::to_string(index) + "]", result.errors};
    result.sources.push_back(reader.read());
  }
  return result;
}

namespace {

providers::Source SourceReader::read() const {
  providers::Source source;
  source.name = config_.name;
  source.livemode = config_.livemode;
  source.has_test_recipient = config_.test_recipient.has_value();
  read_provider(source);
  read_missing_status(source);
  read_currency_default(source);
  if (source.provider != nullptr) {
    read_api(source);
  }
  return source;
}

void SourceReader::read_provider(providers::Source& source) const {
  source.provider = providers::find(config_.provider);
  if (source.provider != nullptr) {
    read_secrets(source);
    read_timestamp_tolerance(source);
  } else if (!config_.provider.empty()) {
    add_error("provider", "unknown; the known ones are " + known_providers());
  }
}

void SourceReader::add_error(std::string_view key, std::string message) const {
  errors_.push_back({path_ + "." + std::string{key}, std::move(message)});
}

void SourceReader::read_secrets(providers::Source& source) const {
  const auto& key = config_.secret_files_key;
  if (key != source.provider->secret_files_key) {
    if (!config_.secrets.empty()) {
      add_error(key, std::string{source.provider->name} + " has " +
                         std::string{source.provider->secret_files_key} + " instead");
    }
    return;
  }
  for (std::size_t index = 0; index < config_.secrets.size(); ++index) {
    if (config_.secrets[index].empty()) {
      continue;  // load_config has said why
    }
    if (auto secret = source.provider->parse_secret(config_.secrets[index])) {
      source.secrets.push_back(std::move(*secret));
    } else {
      add_error(key + "[" + std::to_string(index) + "]",
                "does not hold a secret as " + std::string{source.provider->name} + " gives it");
    }
  }
}

void SourceReader::read_timestamp_tolerance(providers::Source& source) const {
  if (config_.timestamp_tolerance && !source.provider->has_signature_time) {
    add_error("timestamp_tolerance_seconds",
              std::string{source.provider->name} + " does not say when it signs; remove it");
  }
  source.timestamp_tolerance = config_.timestamp_tolerance.value_or(source.timestamp_tolerance);
}

void SourceReader::read_missing_status(providers::Source& source) const {
  const auto status = domain::parse_refund_status(config_.missing_status);
  if (!status || status == domain::RefundStatus::canceled) {
    add_error("missing_status", "must be one of pending, successful, failed");
  }
  source.missing_status = status.value_or(source.missing_status);
}

void SourceReader::read_currency_default(providers::Source& source) const {
  if (config_.currency_default) {
    source.currency_default = domain::Currency::parse(*config_.currency_default);
    if (!source.currency_default) {
      add_error("currency_default", "must be a currency of ISO 4217, like \"JPY\"");
    }
  }
}

void SourceReader::read_api(providers::Source& source) const {
  source.time_zone = config_.time_zone.value_or(std::string{source.provider->time_zone});
  const runtime::ApiConfig& config = config_.api;
  std::string url = config.url.value_or(std::string{source.provider->api->url});
  if (!outbox::is_allowed_url(url)) {
    add_error("api_url", "must begin with https:// (http:// only to this machine), without a user");
  }
  while (url.ends_with('/')) {
    url.pop_back();
  }
  if (std::ranges::any_of(config.key, [](char c) { return c <= ' ' || c > '~'; })) {
    add_error("api_key_file", "does not hold a key: visible ASCII on one line");
  } else if (!config.key.empty()) {
    source.api = {url, config.key, config.ca_file.string(), config.timeout, config.rate_per_second};
  }
}

}  // namespace
}  // namespace commands
