// A report of our own on its way into the books.
#pragma once

#include "providers/own_report.hpp"
#include "providers/source.hpp"
#include "store/delivery.hpp"

namespace commands {

/// Its event is read from the bytes that will be stored, so that these can never say anything else
/// than what is applied. Throws std::runtime_error for a report that cannot be read again.
store::Delivery own_delivery(const providers::OwnReport& own, const providers::Source& source,
                             domain::Time now);

}  // namespace commands
