#include "http/forwarded.hpp"

#include <string>

#include "http/grammar.hpp"

namespace http {

std::optional<boost::asio::ip::address> forwarded_client(
    const providers::Headers& headers, std::span<const runtime::Network> trusted_proxies) {
  std::string all;
  for (const auto& [name, value] : headers.all()) {
    if (equals_ignoring_case(name, "x-forwarded-for")) {
      all += (all.empty() ? "" : ",") + value;
    }
  }
  std::string_view rest = all;
  while (!rest.empty()) {
    const auto comma = rest.rfind(',');
    const std::string last{
        trim_blanks(comma == std::string_view::npos ? rest : rest.substr(comma + 1))};
    boost::system::error_code failure;
    const auto address = boost::asio::ip::make_address(last, failure);
    if (failure) {
      return std::nullopt;
    }
    if (!runtime::is_in(address, trusted_proxies)) {
      return runtime::without_mapping(address);
    }
    rest = rest.substr(0, comma == std::string_view::npos ? 0 : comma);
  }
  return std::nullopt;
}

}  // namespace http
