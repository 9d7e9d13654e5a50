// The log line of a committed event, and the allow-list of what a payload may tell the log.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "domain/event.hpp"
#include "domain/refund.hpp"

namespace http {

/// All that the log may know of an event: ids, type, amount. Never a name, an address, a token or
/// free text, which a payload holds too: what is not named here cannot be logged.
struct LoggedEvent {
  std::string source;
  std::string event_id;
  std::string type;
  std::string refund_id;
  std::string charge_id;
  std::optional<std::int64_t> amount_minor;
  std::string currency;
};

LoggedEvent logged(const domain::Event& event);

/// info: a refund has changed. warn: a person should look. debug: nothing is new.
void log_committed(const LoggedEvent& event, domain::Verdict verdict,
                   const std::string& request_id);

}  // namespace http
