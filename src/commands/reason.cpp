#include "commands/reason.hpp"

#include "commands/commands.hpp"
#include "commands/terminal_text.hpp"

namespace commands {

void check_reason(const std::string& reason) {
  if (reason.find_first_not_of(' ') == std::string::npos) {
    throw UsageError{"--reason must say something."};
  }
  if (reason.size() > k_reason_max_bytes || printable(reason) != reason) {
    throw UsageError{"--reason must be one line of at most " + std::to_string(k_reason_max_bytes) +
                     " bytes."};
  }
}

}  // namespace commands
