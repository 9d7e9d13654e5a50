#include "http/head_gate.hpp"

#include <algorithm>
#include <optional>

#include "http/grammar.hpp"

namespace http {
namespace {

constexpr std::string_view k_line_end = "\r\n";
constexpr std::size_t k_length_digits_max = 10;

// The text before `end`, which is taken off `rest` with it. nullopt where there is no `end`.
std::optional<std::string_view> take_until(std::string_view& rest, std::string_view end) {
  const auto at = rest.find(end);
  if (at == std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view taken = rest.substr(0, at);
  rest.remove_prefix(at + end.size());
  return taken;
}

// The fields that say where the message ends and what happens to the connection.
struct Fields {
  int host_count = 0;
  int length_count = 0;
  Framing framing;
};

using Check = std::optional<Refusal>;

Check read_host(std::string_view value, Fields& fields) {
  ++fields.host_count;
  return is_host(value) ? Check{} : Refusal{400, "bad Host"};
}

Check read_content_length(std::string_view value, Fields& fields) {
  ++fields.length_count;
  if (value.size() > k_length_digits_max || !is_all(value, is_digit)) {
    return Refusal{400, "bad Content-Length"};
  }
  for (const char digit : value) {
    fields.framing.content_length =
        fields.framing.content_length * 10 + static_cast<std::uint64_t>(digit - '0');
  }
  return {};
}

Check read_expect(std::string_view value, Fields& fields) {
  fields.framing.wants_continue = true;
  return equals_ignoring_case(value, "100-continue") ? Check{} : Refusal{417, "unknown Expect"};
}

Check read_connection(std::string_view value, Fields& fields) {
  for (bool more = true; more;) {
    const auto comma = value.find(',');
    const std::string_view option = trim_blanks(value.substr(0, comma));
    more = comma != std::string_view::npos;
    value.remove_prefix(more ? comma + 1 : value.size());
    if (!is_all(option, is_token_character)) {
      return Refusal{400, "bad Connection"};
    }
    fields.framing.close = fields.framing.close || equals_ignoring_case(option, "close");
  }
  return {};
}

Check read_known_field(std::string_view name, std::string_view value, Fields& fields) {
  if (equals_ignoring_case(name, "host")) {
    return read_host(value, fields);
  }
  if (equals_ignoring_case(name, "content-length")) {
    return read_content_length(value, fields);
  }
  if (equals_ignoring_case(name, "expect")) {
    return read_expect(value, fields);
  }
  if (equals_ignoring_case(name, "transfer-encoding")) {
    return Refusal{501, "Transfer-Encoding"};
  }
  if (equals_ignoring_case(name, "content-encoding")) {
    return Refusal{400, "Content-Encoding"};
  }
  if (equals_ignoring_case(name, "upgrade")) {
    return Refusal{400, "Upgrade"};
  }
  if (equals_ignoring_case(name, "connection")) {
    return read_connection(value, fields);
  }
  return {};
}

Check read_field(std::string_view line, Fields& fields) {
  const auto name = take_until(line, ":");
  if (!name || !is_all(*name, is_token_character)) {
    return Refusal{400, "bad field name"};
  }
  const auto is_value_character = [](char c) { return is_visible(c) || c == ' ' || c == '\t'; };
  if (!line.empty() && !is_all(line, is_value_character)) {
    return Refusal{400, "bad field value"};
  }
  return read_known_field(*name, trim_blanks(line), fields);
}

Check read_fields(std::string_view rest, Fields& fields) {
  std::size_t count = 0;
  for (auto line = take_until(rest, k_line_end); line; line = take_until(rest, k_line_end)) {
    if (line->empty()) {
      return rest.empty() ? Check{} : Refusal{400, "bytes after the head"};
    }
    if (++count > k_fields_max) {
      return Refusal{431, "too many fields"};
    }
    if (const Check refused = read_field(*line, fields)) {
      return refused;
    }
  }
  return Refusal{400, "head without an end"};
}

Check check_request_line(std::string_view method, std::string_view target,
                         std::string_view version) {
  if (!is_all(method, is_token_character)) {
    return Refusal{400, "bad method"};
  }
  if (!target.starts_with('/') || !is_all(target, is_visible)) {
    return Refusal{400, "bad target"};
  }
  return version == "HTTP/1.1" ? Check{} : Refusal{400, "not HTTP/1.1"};
}

Check check_framing(std::string_view method, const Fields& fields) {
  if (fields.host_count != 1) {
    return Refusal{400, "not exactly one Host"};
  }
  if (method == "POST" ? fields.length_count != 1 : fields.length_count > 1) {
    return Refusal{400, "not exactly one Content-Length"};
  }
  if (method != "POST" && fields.framing.content_length != 0) {
    return Refusal{400, "body without POST"};
  }
  return {};
}

}  // namespace

ScannedHead scan_head(std::string_view bytes) {
  const std::string_view head = bytes.substr(0, k_head_bytes_max);
  for (auto at = head.find('\n'); at != std::string_view::npos; at = head.find('\n', at + 1)) {
    if (at == 0 || head[at - 1] != '\r') {
      return {HeadScan::bare_line_feed, 0};
    }
    if (head.substr(0, at + 1).ends_with("\r\n\r\n")) {
      return {HeadScan::complete, at + 1};
    }
  }
  return {head.size() == k_head_bytes_max ? HeadScan::too_large : HeadScan::incomplete, 0};
}

Gate check_head(std::string_view head) {
  Fields fields;
  std::string_view rest = head;
  std::string_view version = take_until(rest, k_line_end).value_or("");
  const std::string_view method = take_until(version, " ").value_or("");
  const std::string_view target = take_until(version, " ").value_or("");
  if (const Check refused = check_request_line(method, target, version)) {
    return *refused;
  }
  if (const Check refused = read_fields(rest, fields)) {
    return *refused;
  }
  if (const Check refused = check_framing(method, fields)) {
    return *refused;
  }
  return fields.framing;
}

}  // namespace http
