#include "outbox/routes.hpp"

#include <algorithm>

namespace outbox {

const Route* find_route(const std::vector<Route>& routes, const Addressee& addressee) {
  const auto found = std::find_if(routes.begin(), routes.end(), [&](const Route& route) {
    return (!route.audience || route.audience == addressee.audience) &&
           fits(route.template_name, addressee.template_name) &&
           (route.source.empty() || route.source == addressee.source);
  });
  return found == routes.end() ? nullptr : &*found;
}

bool fits(std::string_view pattern, std::string_view name) {
  if (pattern.ends_with('*')) {
    return name.starts_with(pattern.substr(0, pattern.size() - 1));
  }
  return pattern.empty() || pattern == name;
}

}  // namespace outbox
