#include "commands/known_charge.hpp"

#include "commands/commands.hpp"

namespace commands {

std::optional<store::ChargeWithRefunds> find_known_charge(store::Connection& connection,
                                                          const Setup& setup,
                                                          const std::string& charge_id,
                                                          const std::string& source) {
  std::vector<std::string> sources;
  for (const providers::Source& one : setup.sources) {
    if (source.empty() || source == one.name) {
      sources.push_back(one.name);
    }
  }
  if (sources.empty()) {
    throw UsageError{"--source must be one of the configuration's sources."};
  }
  auto found = store::find_charge(connection, charge_id, sources);
  if (found.size() > 1) {
    throw UsageError{"Several sources know a charge of this id: say which one with --source."};
  }
  return found.empty() ? std::nullopt : std::optional{std::move(found.front())};
}

}  // namespace commands
