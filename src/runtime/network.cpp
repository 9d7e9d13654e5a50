#include "runtime/network.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <charconv>

namespace runtime {
namespace {

namespace ip = boost::asio::ip;

constexpr unsigned k_mapped_bits = 96;

std::optional<unsigned> parse_number(std::string_view text, unsigned max) {
  unsigned number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_good = failure == std::errc{} && end == text.data() + text.size() && number <= max;
  return is_good ? std::optional{number} : std::nullopt;
}

}  // namespace

Network::Bytes Network::bytes_of(const ip::address& address) {
  return address.is_v4() ? ip::make_address_v6(ip::v4_mapped, address.to_v4()).to_bytes()
                         : address.to_v6().to_bytes();
}

// With all bits behind the prefix at zero.
Network::Bytes Network::masked(Bytes bytes, unsigned prefix) {
  for (unsigned at = 0; at < bytes.size(); ++at) {
    const int kept = std::clamp(static_cast<int>(prefix) - static_cast<int>(at) * 8, 0, 8);
    bytes[at] = static_cast<unsigned char>(bytes[at] & (0xFF00U >> static_cast<unsigned>(kept)));
  }
  return bytes;
}

std::optional<Network> Network::parse(const std::string& text) {
  const auto slash = text.find('/');
  boost::system::error_code failure;
  const auto address = ip::make_address(text.substr(0, slash), failure);
  if (failure || (address.is_v6() && address.to_v6().scope_id() != 0)) {
    return std::nullopt;
  }
  const unsigned bits = address.is_v4() ? 32 : 128;
  const auto prefix =
      slash == std::string::npos ? bits : parse_number(text.substr(slash + 1), bits);
  if (!prefix) {
    return std::nullopt;
  }
  const Network network{bytes_of(address), address.is_v4() ? *prefix + k_mapped_bits : *prefix};
  const bool is_whole = masked(network.first_, network.prefix_) == network.first_;
  return is_whole ? std::optional{network} : std::nullopt;
}

bool Network::contains(const ip::address& address) const {
  return masked(bytes_of(address), prefix_) == first_;
}

bool is_in(const ip::address& address, std::span<const Network> networks) {
  return std::ranges::any_of(networks,
                             [&](const Network& network) { return network.contains(address); });
}

ip::address without_mapping(const ip::address& address) {
  if (address.is_v4()) {
    return address;
  }
  const ip::address_v6 v6{address.to_v6().to_bytes()};
  return v6.is_v4_mapped() ? ip::address{ip::make_address_v4(ip::v4_mapped, v6)} : ip::address{v6};
}

}  // namespace runtime
