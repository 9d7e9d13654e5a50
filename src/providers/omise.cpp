#include "providers/omise.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include "providers/signature.hpp"
#include "runtime/base64.hpp"

namespace providers {

namespace {

constexpr std::size_t k_signatures_max = 8;
constexpr std::size_t k_timestamp_digits_max = 12;

// "fewer than 15 refunds a charge": docs.omise.co/refunding-payments
constexpr int k_refunds_per_charge_max = 14;

std::optional<domain::Time> parse_timestamp(std::string_view text) {
  const bool is_number = !text.empty() && text.size() <= k_timestamp_digits_max &&
                         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  std::int64_t seconds = 0;
  if (!is_number ||
      std::from_chars(text.data(), text.data() + text.size(), seconds).ec != std::errc{}) {
    return std::nullopt;
  }
  return domain::Time{std::chrono::seconds{seconds}};
}

std::string_view without_blanks(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

struct Signatures {
  std::array<domain::Sha256, k_signatures_max> all{};
  std::size_t count = 0;
};

// Entries that are no signature are passed over, so that a new kind beside the known one does not
// lock us out; empty where none or too many are left to be compared.
Signatures parse_signatures(std::string_view list) {
  Signatures signatures;
  for (std::size_t count = 1;; ++count) {
    if (count > k_signatures_max) {
      return {};
    }
    const std::size_t comma = list.find(',');
    if (const auto signature = sha256_from_hex(without_blanks(list.substr(0, comma)))) {
      signatures.all[signatures.count++] = *signature;
    }
    if (comma == std::string_view::npos) {
      return signatures;
    }
    list.remove_prefix(comma + 1);
  }
}

domain::Sha256 sign(std::string_view secret, std::string_view timestamp, std::string_view body) {
  return hmac_sha256(secret, {timestamp, ".", body});
}

// All pairs are compared, whichever matches: the time says nothing about the secrets.
bool matches_any(const Signatures& signatures, std::span<const std::string> secrets,
                 std::string_view timestamp, std::string_view body) {
  bool matches = false;
  for (const std::string& secret : secrets) {
    const domain::Sha256 expected = sign(secret, timestamp, body);
    for (const domain::Sha256& signature : std::span{signatures.all}.first(signatures.count)) {
      matches |= equal_in_constant_time(expected, signature);
    }
  }
  return matches;
}

Authenticity authenticate_omise(const Headers& headers, std::string_view body,
                                const AuthenticateOptions& options) {
  const auto list = headers.only("Omise-Signature");
  const auto timestamp = headers.only("Omise-Signature-Timestamp");
  if (!list || !timestamp) {
    return {Trust::missing_signature, std::nullopt};
  }
  const auto signatures = parse_signatures(*list);
  const auto signed_at = parse_timestamp(*timestamp);
  if (signatures.count == 0 || !signed_at) {
    return {Trust::malformed_signature, std::nullopt};
  }
  if (!matches_any(signatures, options.secrets, *timestamp, body)) {
    return {Trust::wrong_signature, std::nullopt};
  }
  const bool is_near = std::chrono::abs(options.now - *signed_at) <= options.timestamp_tolerance;
  return {is_near ? Trust::trusted : Trust::late, signed_at};
}

HeaderList sign_as_omise(std::string_view body, std::span<const std::string> secrets,
                         domain::Time signed_at) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(signed_at).time_since_epoch();
  const std::string timestamp = std::to_string(seconds.count());
  return {{"Content-Type", "application/json"},
          {"Omise-Signature", omise_signature(secrets.front(), timestamp, body)},
          {"Omise-Signature-Timestamp", timestamp}};
}

std::optional<std::string> parse_secret(std::string_view text) {
  return text.empty() ? std::nullopt : runtime::decode_base64(text);
}

}  // namespace

std::string omise_signature(std::string_view secret, std::string_view timestamp,
                            std::string_view body) {
  return to_hex(sign(secret, timestamp, body));
}

constinit const Provider k_omise{
    .name = "omise",
    .evidence = domain::Evidence::signed_webhook,
    .secret_files_key = "webhook_secret_files",
    .has_signature_time = true,
    .limits = {.refunds_per_charge_max = k_refunds_per_charge_max},
    .event_types = k_omise_event_types,
    .secret_headers = {},
    .parse_secret = parse_secret,
    .authenticate = authenticate_omise,
    .decode = decode_omise,
    .api = &k_omise_api,
    .time_zone = "Asia/Bangkok",
    .id_prefixes = {"evnt_", "rfnd_", "chrg_"},
    .make_body = make_omise_body,
    .sign = sign_as_omise,
};

}  // namespace providers
