// Which part of the service a request is for, decided from its head alone.
//
//   POST      /webhooks/{source}   a source's webhook
//   GET HEAD  /healthz             the process is up
//   GET HEAD  /readyz              may take traffic
//   GET HEAD  /metrics             for Prometheus       } on the admin listener only
//   GET HEAD  /status              for refundctl status }
#pragma once

#include <span>
#include <variant>

#include "http/answer.hpp"
#include "http/request.hpp"
#include "providers/source.hpp"

namespace http {

/// What one listener serves.
struct Routes {
  std::span<const providers::Source> sources;  // empty: no webhooks here
  std::size_t body_max_bytes = 0;
  bool has_operator_pages = false;
};

enum class Probe { health, readiness, metrics, status };

/// A webhook's source (never null), a probe, or the answer that ends it here.
using Route = std::variant<const providers::Source*, Probe, Answer>;

/// Whose webhook the request would be, whatever else is wrong with it; null: nobody's.
const providers::Source* find_source(const RequestHead& head, const Routes& routes);

/// Pure. The path is what stands before "?", compared byte by byte: nothing is decoded. Refuses in
/// this order: 404, 405, 415, 413.
Route find_route(const RequestHead& head, const Routes& routes);

}  // namespace http
