#include "commands/time_text.hpp"

#include <string>

namespace commands {

std::optional<domain::Time> parse_time(std::string_view text) {
  const auto time = domain::parse_rfc3339(text);
  return time ? time : domain::parse_rfc3339(std::string{text} + "T00:00:00Z");
}

}  // namespace commands
