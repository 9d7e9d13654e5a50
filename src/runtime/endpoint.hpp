// The text of a listening address and back.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "runtime/config.hpp"

namespace runtime {

/// "0.0.0.0:8443" or "[::1]:8443": an IP address, not a host name, and a port from 0 to 65535; or
/// "unix:/run/refundd/webhooks.sock", an absolute path that fits into a socket's address.
std::optional<Endpoint> parse_endpoint(std::string_view text);

/// The text that parse_endpoint reads: an IPv6 address stands in brackets.
std::string format_endpoint(const Endpoint& endpoint);

/// Only this machine can reach it.
bool is_local(const Endpoint& endpoint);

}  // namespace runtime
