// What an event says about itself, before anyone looks at what it carries.
#pragma once

#include <string_view>

#include "providers/decode.hpp"

namespace providers {

/// The first reason given to an event counts, later ones are dropped.
void quarantine(domain::Event& event, std::string_view reason,
                domain::AnomalyKind anomaly = domain::AnomalyKind::undecodable_event);

/// `data` of the body where that is an object, else null. Lives as long as the body.
const Json& data_of(const Json& body);

/// Everything of an event but its resource ids and its reports. `text` are the bytes that `parsed`
/// was read from; `parsed` must not be malformed.
domain::Event read_envelope(std::string_view text, const ParsedObject& parsed,
                            const DecodeOptions& options, const Dialect& dialect);

}  // namespace providers
