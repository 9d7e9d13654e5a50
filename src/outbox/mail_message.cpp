#include "outbox/mail_message.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <stdexcept>

#include "outbox/mail_header.hpp"
#include "runtime/base64.hpp"

namespace outbox {
namespace {

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_in_local_part(char c) {
  static constexpr std::string_view k_marks = ".!#$%&'*+-/=?^_`{|}~";
  return is_letter_or_digit(c) || k_marks.find(c) != std::string_view::npos;
}

bool is_label(std::string_view text) {
  return !text.empty() && text.size() <= 63 && text.front() != '-' && text.back() != '-' &&
         std::ranges::all_of(text, [](char c) { return is_letter_or_digit(c) || c == '-'; });
}

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 &&
         std::ranges::all_of(text, [](char c) { return is_letter_or_digit(c) || c == '-'; });
}

void require(bool condition, const char* what) {
  if (!condition) {
    throw std::invalid_argument{what};
  }
}

// RFC 5322 section 3.3, in English in every locale.
std::string date_time(domain::Time time) {
  static constexpr std::array k_weekdays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array k_months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{std::chrono::floor<std::chrono::seconds>(time - day)};
  char text[64];
  const int size = std::snprintf(
      text, sizeof text, "%s, %02u %s %04d %02d:%02d:%02d +0000",
      k_weekdays[std::chrono::weekday{day}.c_encoding()], static_cast<unsigned>(date.day()),
      k_months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()));
  return {text, static_cast<std::size_t>(size)};
}

// RFC 2045 section 6.8: line breaks of a text are CRLF before it is encoded.
std::string with_crlf(std::string_view text) {
  std::string result;
  result.reserve(text.size() + text.size() / 16);
  for (const char c : text) {
    if (c == '\n' && !result.ends_with('\r')) {
      result += '\r';
    }
    result += c;
  }
  return result;
}

std::string base64_lines(std::string_view text) {
  constexpr std::size_t k_line_max = 76;
  const std::string encoded = runtime::encode_base64(with_crlf(text));
  std::string lines;
  for (std::size_t at = 0; at < encoded.size(); at += k_line_max) {
    lines.append(encoded, at, k_line_max).append("\r\n");
  }
  return lines;
}

std::string part(std::string_view boundary, std::string_view media_type, std::string_view text) {
  return std::string{"--"}
      .append(boundary)
      .append("\r\nContent-Type: ")
      .append(media_type)
      .append("; charset=UTF-8\r\nContent-Transfer-Encoding: base64\r\n\r\n")
      .append(base64_lines(text));
}

std::string headers(const Outgoing& message, const MailSender& sender, domain::Time now) {
  std::string lines = address_header("From", sender.name, sender.address);
  lines += "To: <" + message.recipient + ">\r\n";
  if (!sender.reply_to.empty()) {
    lines += "Reply-To: <" + sender.reply_to + ">\r\n";
  }
  lines += text_header("Subject", message.rendered.subject);
  lines += "Date: " + date_time(now) + "\r\n";
  lines += "Message-ID: <" + message.message_id + "@" + sender.message_id_domain + ">\r\n";
  // So that no holiday notice answers (RFC 3834, and Exchange's own way of saying it).
  lines += "Auto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: All\r\n";
  if (is_id(message.language)) {
    lines += "Content-Language: " + message.language + "\r\n";
  }
  return lines + "MIME-Version: 1.0\r\n";
}

}  // namespace

std::string mail_message(const Outgoing& message, const MailSender& sender, domain::Time now) {
  require(is_mail_address(message.recipient), "the recipient is no mail address");
  require(is_mail_address(sender.address), "the sender is no mail address");
  require(sender.reply_to.empty() || is_mail_address(sender.reply_to),
          "reply_to is no mail address");
  require(is_host_name(sender.message_id_domain), "message_id_domain is no host name");
  require(is_id(message.message_id), "the message's id is no UUID");
  // "=_" cannot stand in base64, so no part can hold the boundary.
  const std::string boundary = "=_" + message.message_id;
  return headers(message, sender, now) + "Content-Type: multipart/alternative;\r\n boundary=\"" +
         boundary + "\"\r\n\r\n" + part(boundary, "text/plain", message.rendered.text) +
         part(boundary, "text/html", message.rendered.html) + "--" + boundary + "--\r\n";
}

bool is_mail_address(std::string_view text) {
  const auto at = text.find('@');
  if (text.size() > 254 || at == std::string_view::npos) {
    return false;
  }
  // Dots may stand anywhere: Japanese phone companies gave out "name..1.@docomo.ne.jp".
  const auto local_part = text.substr(0, at);
  return !local_part.empty() && local_part.size() <= 64 &&
         std::ranges::all_of(local_part, is_in_local_part) && is_host_name(text.substr(at + 1));
}

bool is_host_name(std::string_view text) {
  if (text.size() > 253) {
    return false;
  }
  for (;;) {
    const auto dot = text.find('.');
    if (!is_label(text.substr(0, dot))) {
      return false;
    }
    if (dot == std::string_view::npos) {
      return true;
    }
    text.remove_prefix(dot + 1);
  }
}

}  // namespace outbox
