// What an API said, as an event that goes the way of all others.
//
// An event of the provider's list is itself, with evidence `api_read`. A single refund or charge is
// put into an envelope of ours, in the provider's own manner, so that Provider::decode reads it,
// now and from the store years later:
//
//   {"object":"api_read","key":"refund.read","id":"read:<digest>","data":{the resource}}
//
// Its id is a digest of what was said: the same answer read again is a duplicate.
#pragma once

#include <optional>
#include <string>

#include "providers/api.hpp"
#include "providers/source.hpp"

namespace providers {

inline constexpr std::string_view k_refund_read = "refund.read";
inline constexpr std::string_view k_charge_read = "charge.read";
/// The API knows no such refund, or gave no answer: stored, changes nothing.
inline constexpr std::string_view k_refund_unanswered = "refund.unanswered";

struct ReadEvent {
  domain::Event event;
  std::string body;
};

/// When it was so. The resource's own time where `as_of` is not given: right unless it contradicts
/// what is held here. With `as_of` (when it was asked for), the answer counts as the later truth,
/// and `contradicted` (the event that it contradicts) makes it another event than before.
struct ReadTime {
  std::optional<domain::Time> as_of;
  std::string contradicted;
};

/// nullopt where the object does not read as an event at all.
std::optional<ReadEvent> read_refund(const Source& source, const ApiItem& refund,
                                     const ReadTime& time, domain::Time now);
std::optional<ReadEvent> read_charge(const Source& source, const ApiItem& charge, domain::Time now);
std::optional<ReadEvent> read_listed_event(const Source& source, const ApiItem& event,
                                           domain::Time now);

/// For a refund of which the API says nothing: `kind` is recorded with the sentence. `occasion`
/// makes one such event for each.
ReadEvent read_nothing(const Source& source, const std::string& refund_id, domain::AnomalyKind kind,
                       const std::string& sentence, const std::string& occasion, domain::Time now);

}  // namespace providers
