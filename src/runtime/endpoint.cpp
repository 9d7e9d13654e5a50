#include "runtime/endpoint.hpp"

#include <arpa/inet.h>
#include <sys/un.h>

#include <charconv>

namespace runtime {
namespace {

constexpr std::string_view k_unix = "unix:";
constexpr std::size_t k_path_max = sizeof(sockaddr_un::sun_path) - 1;

bool is_address(int family, const std::string& text) {
  in6_addr address{};  // large enough for either family
  return inet_pton(family, text.c_str(), &address) == 1;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, port);
  return error == std::errc{} && stop == end ? std::optional{port} : std::nullopt;
}

std::optional<Endpoint> parse_unix(std::string_view path) {
  const bool fits = path.starts_with('/') && !path.ends_with('/') && path.size() <= k_path_max;
  return fits ? std::optional{Endpoint{"", 0, std::string{path}}} : std::nullopt;
}

std::optional<Endpoint> parse_ip(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) {
    return std::nullopt;
  }
  auto address = text.substr(0, colon);
  const bool bracketed = address.starts_with('[') && address.ends_with(']');
  if (bracketed) {
    address = address.substr(1, address.size() - 2);
  }
  const auto port = parse_port(text.substr(colon + 1));
  if (!port || !is_address(bracketed ? AF_INET6 : AF_INET, std::string{address})) {
    return std::nullopt;
  }
  return Endpoint{std::string{address}, *port};
}

}  // namespace

std::optional<Endpoint> parse_endpoint(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) {
    return std::nullopt;
  }
  return text.starts_with(k_unix) ? parse_unix(text.substr(k_unix.size())) : parse_ip(text);
}

std::string format_endpoint(const Endpoint& endpoint) {
  if (!endpoint.path.empty()) {
    return std::string{k_unix} + endpoint.path;
  }
  const bool is_ipv6 = endpoint.address.find(':') != std::string::npos;
  const auto host = is_ipv6 ? "[" + endpoint.address + "]" : endpoint.address;
  return host + ":" + std::to_string(endpoint.port);
}

bool is_local(const Endpoint& endpoint) {
  return !endpoint.path.empty() || endpoint.address.starts_with("127.") ||
         endpoint.address == "::1";
}

}  // namespace runtime
