#include "providers/payjp.hpp"

#include <algorithm>

#include "providers/signature.hpp"

namespace providers {

namespace {

constexpr std::string_view k_token_header = "X-Payjp-Webhook-Token";
constexpr std::string_view k_secret_headers[] = {"x-payjp-webhook-token"};

// Cards: from creation; PayPay's own window is longer.
constexpr int k_card_window_days = 180;

std::optional<std::string> parse_token(std::string_view content) {
  const bool is_token =
      !content.empty() && std::ranges::all_of(content, [](char c) { return c > ' ' && c <= '~'; });
  return is_token ? std::optional<std::string>{content} : std::nullopt;
}

Authenticity authenticate_payjp(const Headers& headers, std::string_view /*body*/,
                                const AuthenticateOptions& options) {
  const auto token = headers.only(k_token_header);
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

HeaderList sign_as_payjp(std::string_view /*body*/, std::span<const std::string> secrets,
                         domain::Time /*signed_at*/) {
  return {{"Content-Type", "application/json; charset=utf-8"},
          {std::string{k_token_header}, secrets.front()}};
}

}  // namespace

constinit const Provider k_payjp{
    .name = "payjp",
    .evidence = domain::Evidence::token_webhook,
    .secret_files_key = "webhook_token_files",
    .has_signature_time = false,
    .limits = {.refunds_per_charge_max = std::nullopt, .card_window_days = k_card_window_days},
    .event_types = k_payjp_event_types,
    .secret_headers = k_secret_headers,
    .parse_secret = parse_token,
    .authenticate = authenticate_payjp,
    .decode = decode_payjp,
    .api = &k_payjp_api,
    .time_zone = "Asia/Tokyo",
    .id_prefixes = {"evnt_", "re_", "pfw_"},
    .make_body = make_payjp_body,
    .sign = sign_as_payjp,
};

}  // namespace providers
