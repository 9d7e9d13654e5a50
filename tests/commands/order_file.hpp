// Sources and lines for the tests of the order import.
#pragma once

#include <string>
#include <vector>

#include "commands/order_lines.hpp"
#include "providers/registry.hpp"

namespace commands_test {

inline const std::vector<providers::Source>& sources() {
  static const std::vector<providers::Source> k_sources = [] {
    providers::Source live;
    live.name = "omise-th";
    live.provider = providers::find("omise");
    auto test = live;
    test.name = "omise-test";
    test.livemode = false;
    test.has_test_recipient = true;
    return std::vector{live, test};
  }();
  return k_sources;
}

inline constexpr std::string_view k_header =
    "order_id,source,charge_id,currency,total_minor,customer_email,customer_locale\n";

/// The lines under the usual header. `content` outlives what is returned.
inline commands::OrderFile read_lines(std::string& content) {
  content.insert(0, k_header);
  return commands::read_order_file(content, sources());
}

}  // namespace commands_test
