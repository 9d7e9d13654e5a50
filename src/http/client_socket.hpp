// A client's connection: TCP, or a Unix socket of this machine.
#pragma once

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <optional>

namespace http {

using ClientSocket = boost::asio::generic::stream_protocol::socket;
using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::generic::stream_protocol>;

/// nullopt: not one of IP.
std::optional<boost::asio::ip::tcp::endpoint> tcp_endpoint_of(
    const boost::asio::generic::stream_protocol::endpoint& endpoint);

}  // namespace http
