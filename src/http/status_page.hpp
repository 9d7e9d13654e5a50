// What `GET /status` tells `refundctl status` of this process, as JSON.
//
//   {"version":"0.1.0","started_at":"…Z","ready":true,"reason":"","queue_events":0,
//    "certificate_ends_at":"…Z" or null,
//    "sources":[{"name":"omise-th","last_good_event_at":"…Z" or null,"rejected_in_hour":3,
//                "last_rejected_at":"…Z" or null,"last_rejection":"wrong_signature"}]}
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "http/source_health.hpp"
#include "ingest/ingest.hpp"
#include "providers/source.hpp"

namespace http {

struct ProcessStatus {
  std::string version;
  domain::Time started_at{};
  ingest::Readiness readiness;
  std::size_t queue_events = 0;
  std::optional<domain::Time> certificate_ends_at;  // nullopt: no TLS here
};

/// Pure.
std::string status_page(const ProcessStatus& process, const std::vector<providers::Source>& sources,
                        const std::map<std::string, SourceHealth>& health, domain::Time now);

}  // namespace http
