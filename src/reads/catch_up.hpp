// Reads the provider's lists from the last known point, with overlap, until nothing is missing.
#pragma once

#include "reads/read_context.hpp"

namespace reads {

/// `is_gap`: something may have been missed, so that it is read now and shows as catching_up. Does
/// nothing where it is not time yet or another process reads. Single refunds that are due are asked
/// for between the pages. True: the lists were read to their ends. Throws ProviderAway,
/// store::Failure.
bool catch_up(const ReadContext& context, bool is_gap);

/// The loss meter: once for each day, what the provider says that it sent against what is here.
/// What is missing is recovered first. One day at a time, the earliest first. Throws the same.
void count_next_day(const ReadContext& context);

}  // namespace reads
