#include "providers/registry.hpp"

#include <algorithm>
#include <array>

// One line for each provider, by name: its files define `const Provider k_NAME`.
#define REFUNDD_PROVIDERS(ENTRY) \
  ENTRY(omise)                   \
  ENTRY(payjp)

namespace providers {

#define REFUNDD_DECLARE(name) extern const Provider k_##name;
#define REFUNDD_ADDRESS(name) &k_##name,

REFUNDD_PROVIDERS(REFUNDD_DECLARE)

std::span<const Provider* const> all() {
  static constexpr auto k_all =
      std::to_array<const Provider*>({REFUNDD_PROVIDERS(REFUNDD_ADDRESS)});
  return k_all;
}

const Provider* find(std::string_view name) {
  const auto found = std::ranges::find(all(), name, &Provider::name);
  return found == all().end() ? nullptr : *found;
}

}  // namespace providers
