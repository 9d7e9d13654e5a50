#include "providers/fields.hpp"

#include <algorithm>
#include <limits>

namespace providers {

namespace {

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

bool is_printable_ascii(char c) {
  return c >= ' ' && c <= '~';
}

void cut_utf8(std::string& text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) {
    return;
  }
  std::size_t end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) {
    --end;
  }
  text.resize(end);
}

Field<domain::Currency> currency_of(const Json* value) {
  if (value == nullptr) {
    return {};
  }
  if (!value->is_string()) {
    return {.value = {}, .problem = "the currency is not a word"};
  }
  const auto currency = domain::Currency::parse(value->get_ref<const std::string&>());
  if (!currency) {
    return {.value = {}, .problem = "the currency is not one that ISO 4217 lists"};
  }
  return {.value = currency, .problem = {}};
}

}  // namespace

const Json* member(const Json& object, std::string_view name) {
  if (!object.is_object()) {
    return nullptr;
  }
  const auto found = object.find(name);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

const Json* member(const Json& object, Names names) {
  for (const std::string_view name : names) {
    if (const Json* const found = member(object, name)) {
      return found;
    }
  }
  return nullptr;
}

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= k_id_bytes_max &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

std::optional<std::string> id_of(const Json* value) {
  if (value == nullptr || !value->is_string() || !is_id(value->get_ref<const std::string&>())) {
    return std::nullopt;
  }
  return value->get<std::string>();
}

std::optional<std::string> event_type_of(const Json* value) {
  if (value == nullptr || !value->is_string()) {
    return std::nullopt;
  }
  const auto& text = value->get_ref<const std::string&>();
  const bool is_good = !text.empty() && text.size() <= k_event_type_bytes_max &&
                       std::ranges::all_of(text, is_printable_ascii);
  return is_good ? std::optional{text} : std::nullopt;
}

std::optional<std::string> text_of(const Json* value) {
  if (value == nullptr || !value->is_string() || value->get_ref<const std::string&>().empty()) {
    return std::nullopt;
  }
  auto text = value->get<std::string>();
  cut_utf8(text, k_text_bytes_max);
  std::ranges::replace_if(text, is_control, ' ');
  return text;
}

std::string status_word_of(std::string_view text) {
  std::string word{text.substr(0, k_status_word_bytes_max)};
  std::ranges::replace_if(
      word, [](char c) { return !is_printable_ascii(c); }, '?');
  return word;
}

std::optional<domain::Time> time_of(const Json& object, Names names) {
  for (const std::string_view name : names) {
    const Json* const value = member(object, name);
    if (value == nullptr || !value->is_string()) {
      continue;
    }
    if (const auto time = domain::parse_rfc3339(value->get_ref<const std::string&>())) {
      return time;
    }
  }
  return std::nullopt;
}

Field<std::int64_t> amount_minor_of(const Json* value) {
  if (value == nullptr) {
    return {};
  }
  if (!value->is_number_integer()) {
    return {.value = {}, .problem = "the amount is not a whole number"};
  }
  // The library's get<int64> would make -1 of 2^64 - 1.
  if (value->is_number_unsigned() &&
      value->get<std::uint64_t>() > std::uint64_t{std::numeric_limits<std::int64_t>::max()}) {
    return {.value = {}, .problem = "the amount is too large"};
  }
  const auto amount = value->get<std::int64_t>();
  if (amount <= 0) {
    return {.value = {},
            .problem = "the amount is not greater than zero",
            .anomaly = domain::AnomalyKind::non_positive_amount};
  }
  return {.value = amount, .problem = {}};
}

Field<domain::Money> money_of(const Json* amount, const Json* currency,
                              const std::optional<domain::Currency>& currency_default) {
  const auto minor = amount_minor_of(amount);
  if (!minor.problem.empty()) {
    return {.value = {}, .problem = minor.problem, .anomaly = minor.anomaly};
  }
  const auto stated = currency_of(currency);
  if (!stated.problem.empty()) {
    return {.value = {}, .problem = stated.problem};
  }
  if (!minor.value) {
    return {};
  }
  const auto known = stated.value ? stated.value : currency_default;
  if (!known) {
    return {.value = {}, .problem = "the amount has no currency"};
  }
  return {.value = domain::Money{*minor.value, *known}, .problem = {}};
}

std::optional<std::string> order_id_of(const Json* metadata) {
  const Json* const value = metadata == nullptr ? nullptr : member(*metadata, "order_id");
  if (value == nullptr) {
    return std::nullopt;
  }
  if (value->is_number_integer()) {
    return value->dump();
  }
  if (!value->is_string()) {
    return std::nullopt;
  }
  const auto& text = value->get_ref<const std::string&>();
  const bool is_good =
      !text.empty() && text.size() <= k_id_bytes_max && std::ranges::none_of(text, is_control);
  return is_good ? std::optional{text} : std::nullopt;
}

std::optional<std::string> metadata_json_of(const Json* metadata) {
  if (metadata == nullptr || !metadata->is_object()) {
    return std::nullopt;
  }
  auto text = dump_for_jsonb(*metadata);
  return text.size() <= k_metadata_bytes_max ? std::optional{std::move(text)} : std::nullopt;
}

}  // namespace providers
