// Putting together the bodies that `refundctl send` posts in a provider's name.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "providers/provider.hpp"

namespace providers {

/// Keeps its keys in the order in which the provider writes them.
using OrderedJson = nlohmann::ordered_json;

/// Adds the member, unless there is nothing to add.
void put(OrderedJson& object, const char* name, const std::optional<std::string>& value);
void put_unless_empty(OrderedJson& object, const char* name, const std::string& value);

/// {"order_id": …}, or {}.
OrderedJson sample_metadata(const SampleEvent& sample);

/// `indent` -1: compact. What is not UTF-8 becomes U+FFFD.
std::string write_body(const OrderedJson& event, int indent);

}  // namespace providers
