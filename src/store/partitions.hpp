// The months of webhook_payloads, made before they are needed.
#pragma once

#include <string>
#include <vector>

#include "domain/time.hpp"
#include "store/connection.hpp"

namespace store {

/// Months after the present one that always exist.
inline constexpr int k_months_ahead = 2;

/// Makes the partitions of the month of `now` and of the next k_months_ahead ones where they are
/// missing; returns the names of those made. Several may call at once. Throws Failure.
std::vector<std::string> make_payload_partitions(Connection& connection, domain::Time now);

}  // namespace store
