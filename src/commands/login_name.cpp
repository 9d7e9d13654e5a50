#include "commands/login_name.hpp"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

#include "commands/terminal_text.hpp"

namespace commands {
namespace {

constexpr std::size_t k_name_max_bytes = 255;

bool is_plain_name(const char* name) {
  return name != nullptr && *name != '\0' && std::string_view{name}.size() <= k_name_max_bytes &&
         printable(name) == name;
}

}  // namespace

std::string login_name() {
  for (const char* variable : {"SUDO_USER", "USER"}) {
    const char* name = std::getenv(variable);
    if (is_plain_name(name)) {
      return name;
    }
  }
  const auto* entry = ::getpwuid(::getuid());
  return entry != nullptr && is_plain_name(entry->pw_name) ? entry->pw_name
                                                           : std::to_string(::getuid());
}

}  // namespace commands
