// Who the client is, from X-Forwarded-For.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <optional>
#include <span>

#include "providers/provider.hpp"
#include "runtime/network.hpp"

namespace http {

/// Each proxy adds, at the end, the address that it was reached from; so, from the end, the first
/// address that is no trusted proxy's. nullopt: there is none, or what stands in its place is no
/// address. Pure. Precondition: the connection itself comes from a trusted proxy.
std::optional<boost::asio::ip::address> forwarded_client(
    const providers::Headers& headers, std::span<const runtime::Network> trusted_proxies);

}  // namespace http
