// A range of IP addresses: "192.0.2.0/24", "2001:db8::/32", or one address.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>

// Named only: half of the project includes the configuration, and with it this file.
namespace boost::asio::ip {
class address;
}

namespace runtime {

class Network {
 public:
  /// nullopt: not a network, or bits are set behind its prefix.
  static std::optional<Network> parse(const std::string& text);

  /// An IPv4 address in IPv6's form ("::ffff:192.0.2.1") is the IPv4 address.
  [[nodiscard]] bool contains(const boost::asio::ip::address& address) const;

 private:
  using Bytes = std::array<unsigned char, 16>;  // IPv4 as ::ffff:0:0/96

  Network(const Bytes& first, unsigned prefix) : first_{first}, prefix_{prefix} {}

  static Bytes bytes_of(const boost::asio::ip::address& address);
  static Bytes masked(Bytes bytes, unsigned prefix);

  Bytes first_;
  unsigned prefix_;  // bits, of 128
};

bool is_in(const boost::asio::ip::address& address, std::span<const Network> networks);

/// The address of a connection or a header: an IPv4 address in IPv6's form becomes one.
boost::asio::ip::address without_mapping(const boost::asio::ip::address& address);

}  // namespace runtime
