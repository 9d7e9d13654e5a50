// Why an operator does something, kept for those who find it later.
#pragma once

#include <cstddef>
#include <string>

namespace commands {

inline constexpr std::size_t k_reason_max_bytes = 500;

/// Throws UsageError where it says nothing, is not one line, or is longer than k_reason_max_bytes.
void check_reason(const std::string& reason);

}  // namespace commands
