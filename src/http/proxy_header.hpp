// The PROXY protocol, versions 1 and 2: before the client's first byte, a load balancer says who
// the client is. Source: "The PROXY protocol, versions 1 & 2", HAProxy 2.6.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <optional>
#include <string_view>
#include <variant>

namespace http {

/// Version 1 has at most 107 bytes; version 2 says its length, and what balancers add to the
/// addresses (names, certificates) fits well into the rest.
inline constexpr std::size_t k_proxy_header_bytes_max = 2048;

struct ProxyHeader {
  std::size_t size = 0;  // in bytes; what follows is the client's
  /// nullopt: the balancer itself speaks (a health check), or does not know.
  std::optional<boost::asio::ip::address> client;
};

enum class ProxyScan {
  incomplete,  // good so far
  malformed,
};

/// Pure. Strict: the header stands at the very beginning of `bytes`; addresses other than those of
/// TCP over IPv4 and IPv6 are malformed.
std::variant<ProxyHeader, ProxyScan> scan_proxy_header(std::string_view bytes);

}  // namespace http
