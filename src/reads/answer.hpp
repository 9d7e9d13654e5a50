// What an answer of the API is worth beside what is held here. Pure.
#pragma once

#include <optional>

#include "providers/read_event.hpp"
#include "store/held_refunds.hpp"

namespace reads {

enum class Agreement {
  agrees,     // says what is held
  news,       // says more, or something newer: it goes through decide as every event does
  disputed,   // says otherwise, and yet what is held stays: an anomaly goes with it
  overtaken,  // says otherwise, but what is held came after the question: worth nothing
  unclear,    // says nothing of the refund's state that we understand
};

struct Answer {
  Agreement agreement{};
  providers::ReadEvent read;
};

/// `asked_at`: when the question was sent. `held`: nullopt where the refund is not known here.
/// nullopt where the object is no event that the provider's decoder takes.
std::optional<Answer> answer_of(const providers::Source& source, const providers::ApiItem& refund,
                                const std::optional<store::HeldRefund>& held, domain::Time asked_at,
                                domain::Time now);

}  // namespace reads
