#include "runtime/config_changes.hpp"

#include <algorithm>

#include "runtime/endpoint.hpp"

namespace runtime {
namespace {

std::filesystem::path compliance_file_of(const Config& config) {
  const auto found = std::ranges::find(config.sinks, SinkKind::json_lines, &SinkConfig::kind);
  return found == config.sinks.end() ? std::filesystem::path{} : found->file;
}

}  // namespace

std::vector<std::string> keys_that_need_a_restart(const Config& running, const Config& wanted) {
  std::vector<std::string> keys;
  const auto compare = [&](const char* key, const auto& before, const auto& after) {
    if (before != after) {
      keys.emplace_back(key);
    }
  };
  compare("listener.listen", format_endpoint(running.listener.listen),
          format_endpoint(wanted.listener.listen));
  compare("listener.tls", running.listener.tls, wanted.listener.tls);
  compare("listener.connections_max", running.listener.connections_max,
          wanted.listener.connections_max);
  compare("admin.listen", format_endpoint(running.admin.listen),
          format_endpoint(wanted.admin.listen));
  compare("database.url", running.database.url, wanted.database.url);
  compare("database.connections", running.database.connections, wanted.database.connections);
  compare("ingest.queue_max", running.ingest.queue_max, wanted.ingest.queue_max);
  compare("ingest.batch_max", running.ingest.batch_max, wanted.ingest.batch_max);
  compare("log.format", running.log.format, wanted.log.format);
  compare("sink", running.sinks.empty(), wanted.sinks.empty());
  compare("sink.file", compliance_file_of(running), compliance_file_of(wanted));
  return keys;
}

}  // namespace runtime
