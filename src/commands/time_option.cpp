#include "commands/time_option.hpp"

#include <CLI/CLI.hpp>

#include "commands/time_text.hpp"

namespace commands {

void add_time_option(CLI::App& command, const std::string& name, domain::Time& time,
                     const std::string& help) {
  const auto set = [name, &time](const std::string& text) {
    const auto parsed = parse_time(text);
    if (!parsed) {
      throw CLI::ValidationError{name, "is no time: 2026-01-31T10:00:00Z, 2026-01-31"};
    }
    time = *parsed;
  };
  command.add_option_function<std::string>(name, set, help)->type_name("TIME");
}

}  // namespace commands
