#include "http/proxy_header.hpp"

#include <algorithm>
#include <charconv>
#include <string>

namespace http {
namespace {

namespace ip = boost::asio::ip;
using std::string_view_literals::operator""sv;

constexpr std::string_view k_v1_start = "PROXY ";
constexpr std::size_t k_v1_bytes_max = 107;

constexpr std::string_view k_v2_signature = "\r\n\r\n\0\r\nQUIT\n"sv;
constexpr std::size_t k_v2_prefix = 16;  // signature, version and command, family, length

using Scanned = std::variant<ProxyHeader, ProxyScan>;

bool is_port(std::string_view text) {
  unsigned port = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), port);
  const bool has_leading_zero = text.size() > 1 && text.front() == '0';
  return failure == std::errc{} && end == text.data() + text.size() && port <= 65535 &&
         !has_leading_zero;
}

std::string_view take_word(std::string_view& line) {
  const std::string_view word = line.substr(0, line.find(' '));
  line.remove_prefix(std::min(word.size() + 1, line.size()));
  return word;
}

template <typename MakeAddress>
std::optional<ip::address> read_v1_client(std::string_view line, MakeAddress make_address) {
  boost::system::error_code failure;
  const auto client = make_address(std::string{take_word(line)}, failure);
  if (!failure) {
    make_address(std::string{take_word(line)}, failure);
  }
  const bool has_ports = is_port(take_word(line)) && is_port(line);
  return failure || !has_ports ? std::nullopt : std::optional{ip::address{client}};
}

// "PROXY TCP4 192.0.2.1 198.51.100.1 50000 443"
Scanned read_v1(std::string_view line, std::size_t size) {
  line.remove_prefix(k_v1_start.size());
  const std::string_view family = take_word(line);
  if (family == "UNKNOWN") {
    return ProxyHeader{size, std::nullopt};
  }
  std::optional<ip::address> client;
  if (family == "TCP4") {
    client = read_v1_client(line, [](const std::string& text, auto& failure) {
      return ip::make_address_v4(text, failure);
    });
  } else if (family == "TCP6") {
    client = read_v1_client(line, [](const std::string& text, auto& failure) {
      return ip::make_address_v6(text, failure);
    });
  }
  return client ? Scanned{ProxyHeader{size, client}} : Scanned{ProxyScan::malformed};
}

Scanned scan_v1(std::string_view bytes) {
  const auto end = bytes.substr(0, k_v1_bytes_max).find("\r\n");
  if (end != std::string_view::npos) {
    return read_v1(bytes.substr(0, end), end + 2);
  }
  return bytes.size() < k_v1_bytes_max ? ProxyScan::incomplete : ProxyScan::malformed;
}

template <typename Address>
ip::address read_v2_client(std::string_view addresses) {
  typename Address::bytes_type bytes{};
  std::copy_n(addresses.begin(), bytes.size(), bytes.begin());
  return Address{bytes};
}

Scanned read_v2(unsigned char command, unsigned char family, std::string_view addresses,
                std::size_t size) {
  constexpr unsigned char k_local = 0x20;
  constexpr unsigned char k_proxy = 0x21;
  constexpr unsigned char k_unknown = 0x00;
  constexpr unsigned char k_tcp4 = 0x11;
  constexpr unsigned char k_tcp6 = 0x21;
  if (command == k_local || (command == k_proxy && family == k_unknown)) {
    return ProxyHeader{size, std::nullopt};
  }
  // Each: two addresses, two ports.
  if (command == k_proxy && family == k_tcp4 && addresses.size() >= 12) {
    return ProxyHeader{size, read_v2_client<ip::address_v4>(addresses)};
  }
  if (command == k_proxy && family == k_tcp6 && addresses.size() >= 36) {
    return ProxyHeader{size, read_v2_client<ip::address_v6>(addresses)};
  }
  return ProxyScan::malformed;
}

Scanned scan_v2(std::string_view bytes) {
  if (bytes.size() < k_v2_prefix) {
    return ProxyScan::incomplete;
  }
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(bytes[at]); };
  const std::size_t length = (std::size_t{byte(14)} << 8U) | byte(15);
  const std::size_t size = k_v2_prefix + length;
  if (size > k_proxy_header_bytes_max) {
    return ProxyScan::malformed;
  }
  if (bytes.size() < size) {
    return ProxyScan::incomplete;
  }
  return read_v2(byte(12), byte(13), bytes.substr(k_v2_prefix, length), size);
}

bool begins_like(std::string_view bytes, std::string_view start) {
  return bytes.substr(0, start.size()) == start.substr(0, bytes.size());
}

}  // namespace

std::variant<ProxyHeader, ProxyScan> scan_proxy_header(std::string_view bytes) {
  if (begins_like(bytes, k_v2_signature)) {
    return scan_v2(bytes);
  }
  if (begins_like(bytes, k_v1_start)) {
    return scan_v1(bytes);
  }
  return ProxyScan::malformed;
}

}  // namespace http
