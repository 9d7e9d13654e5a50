#include "commands/setup.hpp"

#include <cstdlib>
#include <iterator>
#include <ostream>

#include "commands/outbox_setup.hpp"
#include "commands/sources.hpp"

namespace commands {
namespace {

runtime::LoadOptions options_of_environment() {
  runtime::LoadOptions options;
  const auto* directory = std::getenv("CREDENTIALS_DIRECTORY");
  if (directory != nullptr && *directory != '\0') {
    options.credentials_directory = directory;
  }
  return options;
}

}  // namespace

SetupResult read_setup(const std::filesystem::path& file) {
  auto loaded = runtime::load_config(file, options_of_environment());
  auto made = make_sources(loaded.config);
  auto outbox = make_outbox(loaded.config, made.sources);
  auto errors = std::move(loaded.errors);
  for (auto* more : {&made.errors, &outbox.errors}) {
    errors.insert(errors.end(), std::make_move_iterator(more->begin()),
                  std::make_move_iterator(more->end()));
  }
  return {{std::move(loaded.config), std::move(made.sources), std::move(outbox.options)},
          std::move(errors)};
}

void print_errors(const std::filesystem::path& file,
                  const std::vector<runtime::ConfigError>& config_errors, std::ostream& errors) {
  for (const auto& error : config_errors) {
    errors << file.string() << ": " << error.key << (error.key.empty() ? "" : ": ") << error.message
           << "\n";
  }
}

std::optional<Setup> load_setup(const std::filesystem::path& file, std::ostream& errors) {
  auto result = read_setup(file);
  if (!result.errors.empty()) {
    print_errors(file, result.errors, errors);
    return std::nullopt;
  }
  return std::move(result.setup);
}

}  // namespace commands
