// From the bytes in the database back to the event that they were taken for when they came.
#pragma once

#include <optional>
#include <span>

#include "providers/source.hpp"
#include "store/delivery.hpp"
#include "store/rebuild.hpp"

namespace commands {

/// What the event is believed to say today, by the source as it is configured today; its evidence
/// and its time are the stored ones. An event that took no effect as `unsupported` takes none now
/// either. nullopt: its source is not configured any more, or the bytes cannot be read.
std::optional<store::Delivery> delivery_of(const store::StoredEvidence& evidence,
                                           std::span<const providers::Source> sources);

}  // namespace commands
