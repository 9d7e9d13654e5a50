// One configured account at a provider, and the whole way from its raw request to an event.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <variant>

#include "domain/event.hpp"
#include "providers/provider.hpp"

namespace providers {

/// The way to a source's account at its provider.
struct ApiAccess {
  std::string url;  // without a slash at the end
  std::string key;
  std::string ca_file;  // empty: the system's certificates
  std::chrono::milliseconds timeout{15000};
  std::size_t rate_per_second = 5;
};

struct Source {
  std::string name;
  const Provider* provider = nullptr;
  Secrets secrets;  // as Provider::parse_secret returned them
  std::chrono::seconds timestamp_tolerance{300};
  bool livemode = true;
  domain::RefundStatus missing_status = domain::RefundStatus::pending;
  std::optional<domain::Currency> currency_default;
  bool has_test_recipient = false;
  std::optional<ApiAccess> api;  // nullopt: the provider is never asked
  std::string time_zone;         // of its days, as tzdata names it
};

/// Nobody proved to be the provider: answered 401, and the reason is only for the log.
struct Unauthenticated {
  Trust trust = Trust::missing_signature;
};

using Accepted = std::variant<domain::Event, Unauthenticated, NotAnEvent>;

/// Authenticates, then decodes. An event whose signature is late comes back with
/// Disposition::late; one whose mode is not the source's with Disposition::quarantined.
Accepted accept(const Source& source, const Headers& headers, std::string_view body,
                domain::Time received_at);

/// The headers as a JSON object of strings for storing, without those that hold secrets
/// (the provider's, Authorization, Cookie, Proxy-Authorization). Repeated names are joined by ", ".
std::string storable_headers_json(const Provider& provider, const Headers& headers);

}  // namespace providers
