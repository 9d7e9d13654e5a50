#include "bench/http_answer.hpp"

#include <charconv>
#include <optional>

#include "http/grammar.hpp"

namespace bench {
namespace {

constexpr std::string_view k_version = "HTTP/1.1 ";
constexpr std::string_view k_line_end = "\r\n";
constexpr std::string_view k_head_end = "\r\n\r\n";
constexpr std::size_t k_status_digits = 3;

template <typename Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number = 0;
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number);
  return parsed.ec == std::errc{} && parsed.ptr == end ? std::optional{number} : std::nullopt;
}

std::optional<int> status_of(std::string_view head) {
  return head.starts_with(k_version)
             ? parse_number<int>(head.substr(k_version.size(), k_status_digits))
             : std::nullopt;
}

struct Fields {
  std::optional<std::size_t> content_length;
  bool closes = false;
};

Fields fields_of(std::string_view head) {
  Fields fields;
  auto line_end = head.find(k_line_end);
  while (line_end != std::string_view::npos) {
    head.remove_prefix(line_end + k_line_end.size());
    line_end = head.find(k_line_end);
    const std::string_view line = head.substr(0, line_end);
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) {
      continue;
    }
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = http::trim_blanks(line.substr(colon + 1));
    if (http::equals_ignoring_case(name, "content-length")) {
      fields.content_length = parse_number<std::size_t>(value);
    } else if (http::equals_ignoring_case(name, "connection")) {
      fields.closes = http::equals_ignoring_case(value, "close");
    }
  }
  return fields;
}

std::string_view verdict_of(std::string_view body) {
  constexpr std::string_view k_before = R"("verdict":")";
  const auto at = body.find(k_before);
  if (at == std::string_view::npos) {
    return {};
  }
  body.remove_prefix(at + k_before.size());
  return body.substr(0, body.find('"'));
}

}  // namespace

HttpAnswer read_answer(std::string_view bytes) {
  HttpAnswer answer;
  const auto head_size = bytes.find(k_head_end);
  if (head_size == std::string_view::npos) {
    answer.reading = bytes.size() < k_answer_bytes_max ? Reading::incomplete : Reading::malformed;
    return answer;
  }
  const std::string_view head = bytes.substr(0, head_size);
  const std::string_view body = bytes.substr(head_size + k_head_end.size());
  const auto status = status_of(head);
  const Fields fields = fields_of(head);
  const std::size_t body_max = k_answer_bytes_max - (bytes.size() - body.size());
  if (!status || !fields.content_length || *fields.content_length > body_max ||
      body.size() > *fields.content_length) {
    answer.reading = Reading::malformed;
  } else if (body.size() == *fields.content_length) {
    answer = {Reading::whole, *status, verdict_of(body), fields.closes};
  }
  return answer;
}

}  // namespace bench
