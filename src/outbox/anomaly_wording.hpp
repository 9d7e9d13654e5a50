// Anomalies in words: a name for a subject line, a sentence, and what to do.
#pragma once

#include <string_view>

#include "outbox/language.hpp"

namespace outbox {

struct AnomalyWording {
  std::string_view kind;  // as domain::to_string(AnomalyKind) writes it
  Phrase name;
  Phrase sentence;
  Phrase next_step;
};

/// nullptr for a kind that is not known here: a newer instance may have found it.
const AnomalyWording* find_anomaly_wording(std::string_view kind);

/// The same, with a general wording for a kind that is not known.
const AnomalyWording& anomaly_wording(std::string_view kind);

}  // namespace outbox
