#include "http/status_page.hpp"

#include <nlohmann/json.hpp>

namespace http {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const std::optional<domain::Time>& time) {
  return time ? Json(domain::format_rfc3339(*time)) : Json();
}

Json json_of(const std::string& name, const SourceHealth& health, domain::Time now) {
  return {{"name", name},
          {"last_good_event_at", json_of(health.last_good())},
          {"rejected_in_hour", health.rejected_in_hour(now)},
          {"last_rejected_at", json_of(health.last_rejected())},
          {"last_rejection", health.last_rejection()}};
}

}  // namespace

std::string status_page(const ProcessStatus& process, const std::vector<providers::Source>& sources,
                        const std::map<std::string, SourceHealth>& health, domain::Time now) {
  auto list = Json::array();
  for (const providers::Source& source : sources) {
    const auto known = health.find(source.name);
    list.push_back(
        json_of(source.name, known == health.end() ? SourceHealth{} : known->second, now));
  }
  const Json page{{"version", process.version},
                  {"started_at", json_of(process.started_at)},
                  {"ready", process.readiness.ready},
                  {"reason", process.readiness.reason},
                  {"queue_events", process.queue_events},
                  {"certificate_ends_at", json_of(process.certificate_ends_at)},
                  {"sources", list}};
  // The reason may quote the database's own words, in any encoding.
  return page.dump(-1, ' ', true, Json::error_handler_t::replace);
}

}  // namespace http
