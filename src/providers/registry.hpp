// The providers that this build knows.
#pragma once

#include <span>
#include <string_view>

#include "providers/provider.hpp"

namespace providers {

/// In alphabetical order of their names.
std::span<const Provider* const> all();

/// nullptr where no provider has that name.
const Provider* find(std::string_view name);

}  // namespace providers
