#include "http/route.hpp"

#include <algorithm>
#include <optional>

#include "http/grammar.hpp"

namespace http {
namespace {

constexpr std::string_view k_webhooks = "/webhooks/";

const providers::Source* source_at(std::string_view path, const Routes& routes) {
  if (!path.starts_with(k_webhooks)) {
    return nullptr;
  }
  const std::string_view name = path.substr(k_webhooks.size());
  const auto found = std::find_if(routes.sources.begin(), routes.sources.end(),
                                  [name](const auto& source) { return source.name == name; });
  return found == routes.sources.end() ? nullptr : &*found;
}

std::optional<Probe> find_probe(std::string_view path, bool has_operator_pages) {
  if (path == "/healthz") {
    return Probe::health;
  }
  if (path == "/readyz") {
    return Probe::readiness;
  }
  if (has_operator_pages && path == "/metrics") {
    return Probe::metrics;
  }
  if (has_operator_pages && path == "/status") {
    return Probe::status;
  }
  return std::nullopt;
}

bool has_json(const RequestHead& head) {
  const std::string_view type = head.headers.only("content-type").value_or("");
  return equals_ignoring_case(trim_blanks(type.substr(0, type.find(';'))), "application/json");
}

Route route_webhook(const RequestHead& head, const providers::Source& source,
                    const Routes& routes) {
  if (head.method != "POST") {
    return refuse_method("POST");
  }
  if (!has_json(head)) {
    return refuse(415, "media type");
  }
  if (head.framing.content_length > routes.body_max_bytes) {
    return refuse(413, "body too large");
  }
  return &source;
}

std::string_view path_of(const RequestHead& head) {
  const std::string_view target = head.target;
  return target.substr(0, target.find('?'));
}

}  // namespace

const providers::Source* find_source(const RequestHead& head, const Routes& routes) {
  return source_at(path_of(head), routes);
}

Route find_route(const RequestHead& head, const Routes& routes) {
  const std::string_view path = path_of(head);
  if (const auto* source = source_at(path, routes)) {
    return route_webhook(head, *source, routes);
  }
  const auto probe = find_probe(path, routes.has_operator_pages);
  if (!probe) {
    return refuse(404, "unknown path");
  }
  if (head.method != "GET" && head.method != "HEAD") {
    return refuse_method("GET, HEAD");
  }
  return *probe;
}

}  // namespace http
