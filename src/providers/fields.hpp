// Reading one field of a provider's object without believing it.
//
// Absent and null are the same everywhere. Nothing here throws or keeps a reference to its input.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "domain/anomaly.hpp"
#include "domain/money.hpp"
#include "domain/time.hpp"
#include "providers/json.hpp"

namespace providers {

inline constexpr std::size_t k_id_bytes_max = 255;
inline constexpr std::size_t k_event_type_bytes_max = 100;
inline constexpr std::size_t k_text_bytes_max = 500;
inline constexpr std::size_t k_status_word_bytes_max = 64;
inline constexpr std::size_t k_metadata_bytes_max = 16'384;

using Names = std::span<const std::string_view>;

/// A value; or nothing, as the field is absent; or the reason why what stands there is unusable.
template <typename T>
struct Field {
  std::optional<T> value;
  std::string_view problem;  // a sentence of ours; empty: none
  domain::AnomalyKind anomaly = domain::AnomalyKind::undecodable_event;
};

/// nullptr where `object` is not an object or does not have the member.
const Json* member(const Json& object, std::string_view name);

/// The first of `names` that the object has.
const Json* member(const Json& object, Names names);

/// 1 to 255 visible ASCII characters: what may stand in a key, a log line and a URL.
bool is_id(std::string_view text);

std::optional<std::string> id_of(const Json* value);

/// 1 to 100 printable ASCII characters.
std::optional<std::string> event_type_of(const Json* value);

/// A text for people: control characters become blanks, cut to 500 bytes between two characters.
/// nullopt for anything but a string, and for the empty one.
std::optional<std::string> text_of(const Json* value);

/// A provider's own word for a state, cut to 64 bytes, "?" for what is not printable ASCII.
std::string status_word_of(std::string_view text);

/// The first of `names` that holds an RFC 3339 time.
std::optional<domain::Time> time_of(const Json& object, Names names);

/// The only way to money: a JSON integer from 1 to INT64_MAX.
Field<std::int64_t> amount_minor_of(const Json* value);

/// An amount that is absent makes no money and no problem; a currency that is there must be right
/// all the same. `currency_default` stands in for one that is absent.
Field<domain::Money> money_of(const Json* amount, const Json* currency,
                              const std::optional<domain::Currency>& currency_default);

/// The member `order_id`: a string of 1 to 255 bytes without control characters, or a whole number.
/// Anything else counts as absent: it must not stop the facts about money.
std::optional<std::string> order_id_of(const Json* metadata);

/// An object as text for jsonb; nullopt for anything else and over 16 KiB.
std::optional<std::string> metadata_json_of(const Json* metadata);

}  // namespace providers
