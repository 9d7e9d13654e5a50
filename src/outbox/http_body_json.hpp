// JSON for the presets' own files only.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "outbox/outgoing.hpp"

namespace outbox {

using OrderedJson = nlohmann::ordered_json;

/// Compact; bytes that are not UTF-8 are replaced.
std::string as_body(const OrderedJson& object);

/// The message's payload as an object.
OrderedJson payload_of(const Outgoing& message);

/// null for an empty text.
OrderedJson text_or_null(const std::string& text);

}  // namespace outbox
