#include <algorithm>

#include "outbox/http_body.hpp"
#include "outbox/http_body_json.hpp"
#include "outbox/text_limits.hpp"

namespace outbox {
namespace {

constexpr std::string_view k_placeholder = "{reference}";
constexpr std::size_t k_comment_max_characters = 65'000;  // Zendesk keeps 64 Ki of a comment

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// RFC 3986: everything that is not unreserved, so that a reference stays one piece of the path.
std::string percent_encoded(const std::string& text) {
  static constexpr std::string_view k_digits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    if (is_letter_or_digit(c) || c == '-' || c == '_' || c == '~') {
      encoded += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      encoded.append(1, '%').append(1, k_digits[byte >> 4U]).append(1, k_digits[byte & 0xFU]);
    }
  }
  return encoded;
}

// A tag has no blanks or commas: they would end it.
std::string as_tag(std::string text) {
  std::ranges::replace_if(
      text, [](char c) { return !is_letter_or_digit(c) && c != '-' && c != '_'; }, '_');
  return text;
}

OrderedJson tags_of(const Outgoing& message) {
  auto tags = OrderedJson::array({"refundd", as_tag(message.template_name)});
  if (!message.source.empty()) {
    tags.push_back("source_" + as_tag(message.source));
  }
  if (!message.livemode) {
    tags.push_back("test_mode");
  }
  return tags;
}

OrderedJson note_of(const Outgoing& message) {
  return {{"body", cut_to(message.rendered.text, k_comment_max_characters)}, {"public", false}};
}

HttpRequest open_ticket(const Outgoing& message, const HttpTarget& target) {
  const OrderedJson body{{"ticket",
                          {{"subject", message.rendered.subject},
                           {"external_id", message.message_id},
                           {"priority", to_string(message.priority)},
                           {"tags", tags_of(message)},
                           {"comment", note_of(message)}}}};
  return {.method = "POST", .url = target.url, .headers = {}, .body = as_body(body)};
}

// With a note more; an end makes it solved.
HttpRequest change_ticket(const Outgoing& message, std::string url) {
  url.replace(url.find(k_placeholder), k_placeholder.size(),
              percent_encoded(message.external_reference));
  OrderedJson ticket{{"comment", note_of(message)}};
  if (message.action == TicketAction::resolve) {
    ticket["status"] = "solved";
  }
  const OrderedJson body{{"ticket", ticket}};
  return {.method = "PUT", .url = std::move(url), .headers = {}, .body = as_body(body)};
}

}  // namespace

HttpRequestOrNot zendesk_request(const Outgoing& message, const HttpTarget& target) {
  const bool is_known = !message.external_reference.empty();
  const bool has_url = target.ticket_url.find(k_placeholder) != std::string::npos;
  switch (message.action) {
    case TicketAction::open:
      return open_ticket(message, target);
    case TicketAction::update:
      // Rather a second ticket than a reminder that nobody reads.
      return is_known && has_url ? change_ticket(message, target.ticket_url)
                                 : open_ticket(message, target);
    case TicketAction::resolve:
      break;
  }
  if (!is_known) {
    return CannotRequest{"the ticket to resolve is not known: no id came back when it was opened"};
  }
  if (!has_url) {
    return CannotRequest{"ticket_url with {reference} is needed to resolve a ticket"};
  }
  return change_ticket(message, target.ticket_url);
}

}  // namespace outbox
