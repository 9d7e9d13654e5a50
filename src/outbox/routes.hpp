// Which message goes to which sink: the first route that fits.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/message.hpp"

namespace outbox {

struct Route {
  std::optional<domain::Audience> audience;  // nullopt: any
  std::string template_name;                 // "refund_failed", "anomaly_*"; empty: any
  std::string source;                        // empty: any
  std::string sink;                          // empty: switched off
  std::string recipient;  // the mail address of an audience that is not the customer
};

struct Addressee {
  domain::Audience audience{};
  std::string_view template_name;
  std::string_view source;
};

/// nullptr: none fits.
const Route* find_route(const std::vector<Route>& routes, const Addressee& addressee);

/// "anomaly_*" fits whatever begins with "anomaly_"; without a star only itself; empty fits all.
bool fits(std::string_view pattern, std::string_view name);

}  // namespace outbox
