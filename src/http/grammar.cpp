#include "http/grammar.hpp"

namespace http {
namespace {

constexpr std::size_t k_port_digits_max = 5;

bool is_name_character(char c) {
  return is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

bool is_address_character(char c) {
  return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'f') || c == ':' || c == '.';
}

bool is_bracketed_address(std::string_view text) {
  return text.size() > 2 && text.front() == '[' && text.back() == ']' &&
         is_all(text.substr(1, text.size() - 2), is_address_character);
}

bool is_colon_and_port(std::string_view text) {
  return text.starts_with(':') && text.size() <= 1 + k_port_digits_max &&
         is_all(text.substr(1), is_digit);
}

}  // namespace

bool is_host(std::string_view text) {
  const bool bracketed = text.starts_with('[');
  const auto host_size = bracketed ? text.find(']') + 1 : std::min(text.find(':'), text.size());
  const std::string_view host = text.substr(0, host_size);
  const std::string_view port = text.substr(host_size);
  return (bracketed ? is_bracketed_address(host) : is_all(host, is_name_character)) &&
         (port.empty() || is_colon_and_port(port));
}

}  // namespace http
