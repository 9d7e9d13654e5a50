#include "outbox/mail_message.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <stdexcept>
#include <vector>

#include "outbox/mail_header.hpp"
#include "outbox/outgoing_samples.hpp"
#include "outbox/text_limits.hpp"
#include "runtime/base64.hpp"

namespace outbox {
namespace {

using testing::HasSubstr;
using testing::Not;

MailSender sample_sender() {
  return {.address = "refunds@shop.example",
          .name = "Shop, Inc.",
          .reply_to = "help@shop.example",
          .message_id_domain = "shop.example"};
}

std::string mail(const Outgoing& message) {
  return mail_message(message, sample_sender(), sample_time());
}

std::string head_of(const std::string& message) {
  return message.substr(0, message.find("\r\n\r\n") + 2);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::string::size_type begin = 0;
  for (auto end = text.find("\r\n"); end != std::string::npos; end = text.find("\r\n", begin)) {
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 2;
  }
  EXPECT_EQ(begin, text.size()) << "the last line has no end";
  return lines;
}

/// The names of the header's fields, folded lines aside.
std::vector<std::string> field_names(const std::string& message) {
  std::vector<std::string> names;
  for (const auto& line : lines_of(head_of(message))) {
    if (!line.starts_with(' ')) {
      names.push_back(line.substr(0, line.find(':')));
    }
  }
  return names;
}

/// What a reader shows of one header field of encoded words; each must be whole by itself.
std::string decoded(const std::string& field) {
  std::string text;
  for (auto begin = field.find("=?UTF-8?B?"); begin != std::string::npos;
       begin = field.find("=?UTF-8?B?", begin + 1)) {
    const auto word = field.substr(begin, field.find("?=", begin + 10) + 2 - begin);
    EXPECT_LE(word.size(), 75U);
    const auto part = runtime::decode_base64(word.substr(10, word.size() - 12));
    EXPECT_TRUE(part);
    EXPECT_NE(static_cast<unsigned char>(part->front()) & 0xC0U, 0x80U) << "a split character";
    text += *part;
  }
  return text;
}

TEST(MailMessage, IsWhole) {
  EXPECT_EQ(mail(sample_message()),
            "From: \"Shop, Inc.\"\r\n"
            " <refunds@shop.example>\r\n"
            "To: <customer@example.com>\r\n"
            "Reply-To: <help@shop.example>\r\n"
            "Subject: Refund rfnd_1 failed\r\n"
            "Date: Sat, 31 Jan 2026 10:03:34 +0000\r\n"
            "Message-ID: <0194bb1c-7f00-7000-8000-000000000001@shop.example>\r\n"
            "Auto-Submitted: auto-generated\r\n"
            "X-Auto-Response-Suppress: All\r\n"
            "Content-Language: en\r\n"
            "MIME-Version: 1.0\r\n"
            "Content-Type: multipart/alternative;\r\n"
            " boundary=\"=_0194bb1c-7f00-7000-8000-000000000001\"\r\n"
            "\r\n"
            "--=_0194bb1c-7f00-7000-8000-000000000001\r\n"
            "Content-Type: text/plain; charset=UTF-8\r\n"
            "Content-Transfer-Encoding: base64\r\n"
            "\r\n"
            "VGhlIHJlZnVuZCBmYWlsZWQuDQpUb3AgdXAgdGhlIGJhbGFuY2UuDQo=\r\n"
            "--=_0194bb1c-7f00-7000-8000-000000000001\r\n"
            "Content-Type: text/html; charset=UTF-8\r\n"
            "Content-Transfer-Encoding: base64\r\n"
            "\r\n"
            "PHA+VGhlIHJlZnVuZCBmYWlsZWQuPC9wPg0K\r\n"
            "--=_0194bb1c-7f00-7000-8000-000000000001--\r\n");
}

TEST(MailMessage, DiffersOnlyInItsDateTheNextTime) {
  const auto later = sample_time() + std::chrono::hours{29};
  std::string again = mail_message(sample_message(), sample_sender(), later);
  const std::string date = "Sun, 01 Feb 2026 15:03:34";
  const auto found = again.find(date);
  ASSERT_NE(found, std::string::npos);
  again.replace(found, date.size(), "Sat, 31 Jan 2026 10:03:34");
  EXPECT_EQ(again, mail(sample_message()));
}

TEST(MailMessage, LeavesOutWhatIsNotConfigured) {
  MailSender sender = sample_sender();
  sender.name.clear();
  sender.reply_to.clear();
  const auto head = head_of(mail_message(sample_message(), sender, sample_time()));
  EXPECT_THAT(head, HasSubstr("From: <refunds@shop.example>\r\nTo:"));
  EXPECT_THAT(head, Not(HasSubstr("Reply-To")));
}

TEST(MailMessage, LongBodiesKeepToTheLine) {
  Outgoing message = sample_message();
  for (int line = 0; line < 100; ++line) {
    message.rendered.text += "返金が完了しました。\n";
  }
  std::string base64;
  for (const auto& line : lines_of(mail(message))) {
    EXPECT_LE(line.size(), 76U);
    if (line.size() == 76) {
      base64 += line;
    }
  }
  EXPECT_THAT(*runtime::decode_base64(base64), HasSubstr("返金が完了しました。\r\n返金が"));
}

TEST(MailMessage, SaysAnyLanguageInTheSubject) {
  const std::string subjects[] = {
      "返金完了のお知らせ",
      "การคืนเงินเสร็จสมบูรณ์ หมายเลขคำสั่งซื้อ 2026-01-31-000001 จำนวน 1,000.00 บาท ขอบคุณที่ใช้บริการ",
      "Refund 😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀",
      std::string(200, 'a'),
      "=?UTF-8?B?bm90IGFuIGVuY29kZWQgd29yZA==?=",
      " blanks around ",
  };
  for (const auto& subject : subjects) {
    const auto field = text_header("Subject", subject);
    for (const auto& line : lines_of(field)) {
      EXPECT_LE(line.size(), 76U) << line;
    }
    EXPECT_EQ(decoded(field), subject);
  }
}

TEST(MailMessage, EveryLengthOfSubjectIsWellFolded) {
  std::string subject;
  for (int length = 1; length < 120; ++length) {
    subject += length % 3 == 0 ? "a" : length % 3 == 1 ? "金" : "😀";
    const auto field = text_header("Subject", subject);
    EXPECT_EQ(decoded(field), subject);
    for (const auto& line : lines_of(field)) {
      EXPECT_LE(line.size(), 76U) << line;
    }
  }
}

TEST(MailMessage, TheSendersNameIsQuotedOrEncoded) {
  const std::string address = "<refunds@shop.example>\r\n";
  EXPECT_EQ(address_header("From", R"(The "Shop" \o/)", "refunds@shop.example"),
            R"(From: "The \"Shop\" \\o/")"
            "\r\n " +
                address);
  const auto field = address_header("From", "お店", "refunds@shop.example");
  EXPECT_EQ(field, "From: =?UTF-8?B?44GK5bqX?=\r\n " + address);
  EXPECT_EQ(decoded(field), "お店");
  const auto long_name = address_header("From", std::string(70, 'n'), "refunds@shop.example");
  EXPECT_EQ(decoded(long_name), std::string(70, 'n'));
}

TEST(MailMessage, NoTextMakesAHeaderLine) {
  const std::string attack =
      "Hello\r\nBcc: x@example.com\r\n\r\nbody\n.\r\0\x1b"
      "end";
  MailSender sender = sample_sender();
  Outgoing message = sample_message();
  const auto names = field_names(mail(message));
  for (const auto& text : {attack, "返金" + attack, attack + std::string(200, 'x')}) {
    message.rendered.subject = text;
    sender.name = text;
    const auto attacked = mail_message(message, sender, sample_time());
    EXPECT_EQ(field_names(attacked), names);
    EXPECT_THAT(head_of(attacked), Not(HasSubstr("\nBcc")));
    // Not hidden in an encoded word either, for the reader that unpacks it.
    const auto shown = decoded(text_header("Subject", text));
    EXPECT_EQ(one_line(shown), shown);
  }
}

TEST(MailMessage, NoAddressMakesAHeaderLine) {
  const std::string attack = "customer@example.com\r\nBcc: x@example.com";
  Outgoing message = sample_message();
  message.recipient = attack;
  EXPECT_THROW(mail(message), std::invalid_argument);
  message = sample_message();
  message.message_id += "\r\nBcc: x@example.com";
  EXPECT_THROW(mail(message), std::invalid_argument);
  for (const auto field :
       {&MailSender::address, &MailSender::reply_to, &MailSender::message_id_domain}) {
    MailSender sender = sample_sender();
    sender.*field = attack;
    EXPECT_THROW(mail_message(sample_message(), sender, sample_time()), std::invalid_argument);
  }
  message = sample_message();
  message.language = "en\r\nBcc: x@example.com";
  EXPECT_THAT(mail(message), Not(HasSubstr("Bcc")));
}

TEST(MailAddress, TakesWhatPeopleHave) {
  for (const std::string_view address :
       {"a@b", "customer@example.com", "first.last+tag@mail.shop.co.th", "o'brien@example.ie",
        "name..1.@docomo.ne.jp", "x_y-z@xn--p8j9a0d9c9a.example", "user%host@example.com"}) {
    EXPECT_TRUE(is_mail_address(address)) << address;
  }
  EXPECT_TRUE(is_mail_address(std::string(64, 'l') + "@example.com"));
}

TEST(MailAddress, RefusesWhatCouldMeanSomethingElse) {
  for (const std::string_view address : {"",
                                         "@",
                                         "a@",
                                         "@b",
                                         "a",
                                         "a@b@c",
                                         "a b@c",
                                         "a@b c",
                                         "<a@b>",
                                         "a@b>",
                                         "\"a\"@b",
                                         "a,b@c",
                                         "a@b,c@d",
                                         "a@b\r\nRCPT TO:<x@y>",
                                         "a\n@b",
                                         "a@b\t",
                                         "a(comment)@b",
                                         "a@[127.0.0.1]",
                                         "a:b@c",
                                         "a;b@c",
                                         "a\\@b",
                                         "á@b",
                                         "a@münchen.example",
                                         "a@b..c",
                                         "a@.b",
                                         "a@b.",
                                         "a@-b",
                                         "a@b-",
                                         " a@b",
                                         "a@b "}) {
    EXPECT_FALSE(is_mail_address(address)) << address;
  }
  EXPECT_FALSE(is_mail_address(std::string("a\0@b", 4)));
  EXPECT_FALSE(is_mail_address(std::string(65, 'l') + "@example.com"));
  EXPECT_FALSE(is_mail_address("a@" + std::string(64, 'd') + ".example"));
  std::string labels = "a@b";
  while (labels.size() <= 254) {
    labels += ".b";
  }
  EXPECT_FALSE(is_mail_address(labels));
}

}  // namespace
}  // namespace outbox
