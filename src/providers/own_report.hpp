// A report that no provider sent: an operator's, or a statement line's, in JSON of our own.
//
// It is stored like a webhook's body, and that body alone is enough to make the same report again.
// What writes it and what reads it stand together here: a change of one is a change of both, and
// bodies of years ago must still be read.
//
//   {"object":"report","id":…,"type":"refund.correct","occurred_at":…,"user":…,"ticket":…,"note":…,
//    "refund":{"refund_id":…,"livemode":…,"status":…,"amount_minor":…,"currency":…,…}}
#pragma once

#include <string>
#include <string_view>

#include "domain/report.hpp"
#include "providers/provider.hpp"

namespace providers {

struct OwnReport {
  domain::RefundReport report;
  std::string event_type;  // "refund.correct", "statement.line"
  std::string user_id;     // of these three: empty where there is none
  std::string ticket;
  std::string note;  // why, in the words of whoever made the report
};

/// Compact, and the same bytes for the same report. The report's source and evidence are not in it:
/// they are known from where it is stored. `report.event_id` is the event's id.
std::string make_own_body(const OwnReport& own);

/// The event takes its source and its evidence from `options`; user, ticket and note reach the
/// audit trail. A body that make_own_body did not write is NotAnEvent, or an event that is
/// quarantined. Never throws for any body.
Decoded decode_own_report(std::string_view body, const DecodeOptions& options);

}  // namespace providers
