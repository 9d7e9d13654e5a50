#include "outbox/http_body.hpp"
#include "outbox/http_body_json.hpp"
#include "outbox/text_limits.hpp"

namespace outbox {
namespace {

constexpr std::size_t k_header_max_characters = 150;
constexpr std::size_t k_section_max_characters = 3000;

// In mrkdwn these three begin links, mentions of everybody, and entities.
std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

// The limit is for the escaped text; an entity that the cut has split goes too.
std::string escaped_and_cut(std::string_view text) {
  const std::string whole = escaped(text);
  std::string cut = cut_to(whole, k_section_max_characters);
  const auto entity = cut.rfind('&');
  const bool is_split = entity != std::string::npos && cut.find(';', entity) == std::string::npos;
  if (is_split) {
    cut = cut.erase(entity) + "…";
  }
  return cut;
}

// Slack refuses blocks with empty texts.
OrderedJson blocks_of(const Outgoing& message, const std::string& subject) {
  auto blocks = OrderedJson::array();
  blocks.push_back({{"type", "header"},
                    {"text",
                     {{"type", "plain_text"},
                      {"text", cut_to(subject, k_header_max_characters)},
                      {"emoji", false}}}});
  if (!message.rendered.text.empty()) {
    // verbatim: words like "@here" or "#general" of a stranger's text do not become mentions.
    blocks.push_back({{"type", "section"},
                      {"text",
                       {{"type", "mrkdwn"},
                        {"text", escaped_and_cut(message.rendered.text)},
                        {"verbatim", true}}}});
  }
  return blocks;
}

}  // namespace

HttpRequestOrNot slack_request(const Outgoing& message, const HttpTarget& target) {
  const std::string& subject =
      message.rendered.subject.empty() ? message.template_name : message.rendered.subject;
  const OrderedJson body{{"text", escaped_and_cut(subject)},
                         {"blocks", blocks_of(message, subject)}};
  return HttpRequest{.method = "POST", .url = target.url, .headers = {}, .body = as_body(body)};
}

}  // namespace outbox
