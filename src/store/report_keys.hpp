// The keys of the facts in a row, packed into its one column report_keys.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/report.hpp"

namespace store {

/// Encoded keys, separated by tabs (event ids hold none). An empty place says: the same as `main`,
/// which is what nearly all of them are.
std::string pack_keys(const domain::ReportKey& main, std::span<const domain::ReportKey> keys);

/// The reverse; always `count` keys. Throws Failure{rejected} for a text that pack_keys never made.
std::vector<domain::ReportKey> unpack_keys(const domain::ReportKey& main, std::string_view packed,
                                           std::size_t count);

}  // namespace store
