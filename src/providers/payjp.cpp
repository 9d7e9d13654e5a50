#include "providers/payjp.hpp"

#include <algorithm>

#include "providers/signature.hpp"

namespace providers {

namespace {

constexpr std::string_view k_secret_headers[] = {"x-payjp-webhook-token"};

std::optional<std::string> parse_token(std::string_view content) {
  const bool is_token =
      !content.empty() && std::ranges::all_of(content, [](char c) { return c > ' ' && c <= '~'; });
  return is_token ? std::optional<std::string>{content} : std::nullopt;
}

Authenticity authenticate_payjp(const Headers& headers, std::string_view /*body*/,
                                const AuthenticateOptions& options) {
  const auto token = headers.only(k_payjp_token_header);
  if (!token) {
    return {Trust::missing_signature, std::nullopt};
  }
  // Digests are of one length, so that the time says nothing about the length of a token either.
  const domain::Sha256 given = sha256(*token);
  bool matches = false;
  for (const std::string& secret : options.secrets) {
    matches |= equal_in_constant_time(sha256(secret), given);
  }
  return {matches ? Trust::trusted : Trust::wrong_signature, std::nullopt};
}

}  // namespace

constinit const Provider k_payjp{
    .name = "payjp",
    .evidence = domain::Evidence::token_webhook,
    .secret_files_key = "webhook_token_files",
    .has_signature_time = false,
    .limits = {.refunds_per_charge_max = std::nullopt},
    .event_types = k_payjp_event_types,
    .secret_headers = k_secret_headers,
    .parse_secret = parse_token,
    .authenticate = authenticate_payjp,
    .decode = decode_payjp,
    .make_request = make_payjp_request,
};

}  // namespace providers
