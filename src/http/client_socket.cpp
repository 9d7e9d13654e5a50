#include "http/client_socket.hpp"

#include <cstring>

namespace http {

std::optional<boost::asio::ip::tcp::endpoint> tcp_endpoint_of(
    const boost::asio::generic::stream_protocol::endpoint& endpoint) {
  const int family = endpoint.protocol().family();
  if (family != AF_INET && family != AF_INET6) {
    return std::nullopt;
  }
  boost::asio::ip::tcp::endpoint result;
  std::memcpy(result.data(), endpoint.data(), endpoint.size());
  result.resize(endpoint.size());
  return result;
}

}  // namespace http
