// The SMTP sink against a real server, without TLS: that needs a certificate, and is for the
// functional tests.

#include "outbox/smtp_sink.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <stdexcept>
#include <tuple>
#include <vector>

#include "outbox/loopback_server.hpp"
#include "outbox/mail_message.hpp"
#include "outbox/outgoing_samples.hpp"

namespace outbox {
namespace {

using std::chrono::seconds;
using testing::AnyOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// A mail server that takes everything, but for the commands that have an answer in `replies`:
/// {"RCPT", "550 no such user"}. "(greeting)" and "(message)" are not commands, but have answers
/// too; an empty answer closes the connection, "(hang)" hangs. An empty "(then)" hangs up after
/// each message.
class SmtpServer {
 public:
  explicit SmtpServer(std::map<std::string, std::string> replies = {})
      : replies_{std::move(replies)}, server_{[this](auto& connection) { talk(connection); }} {}

  [[nodiscard]] std::string url() const { return "smtp://" + server_.address(); }
  [[nodiscard]] int connections() const { return server_.connections(); }
  void wait_until_closed(int count) const { server_.wait_until_closed(count); }

  /// From now on, as with the constructor.
  void reply_to(const std::string& verb, const std::string& reply) {
    const std::lock_guard lock{mutex_};
    replies_[verb] = reply;
  }

  [[nodiscard]] std::vector<std::string> commands() const {
    const std::lock_guard lock{mutex_};
    return commands_;
  }
  [[nodiscard]] std::vector<std::string> messages() const {
    const std::lock_guard lock{mutex_};
    return messages_;
  }

 private:
  void talk(LoopbackConnection& connection) {
    if (!reply(connection, "(greeting)", "220 mail.example")) {
      return;
    }
    while (const auto line = connection.read_line()) {
      note(*line);
      const std::string verb = line->substr(0, 4);
      const std::string usual = verb == "EHLO"   ? "250-mail.example\r\n250-SIZE 1000000\r\n"
                                                   "250 AUTH PLAIN"
                                : verb == "DATA" ? "354 go on"
                                : verb == "AUTH" ? "334 "
                                                 : "250 ok";
      if (!reply(connection, verb, usual)) {
        return;
      }
      if (verb == "DATA" && reply_for("DATA", usual) == usual && !read_message(connection)) {
        return;
      }
    }
  }

  bool read_message(LoopbackConnection& connection) {
    std::string message;
    for (auto line = connection.read_line(); line; line = connection.read_line()) {
      if (*line == ".") {
        keep(message);
        return reply(connection, "(message)", "250 taken") && reply_for("(then)", "go on") != "";
      }
      message += *line + "\r\n";
    }
    return false;
  }

  bool reply(LoopbackConnection& connection, const std::string& verb, const std::string& usual) {
    const std::string text = reply_for(verb, usual);
    if (text.empty()) {
      return false;
    }
    if (text == "(hang)") {
      connection.read_until_the_client_goes();
      return false;
    }
    connection.write(text + "\r\n");
    return true;
  }

  std::string reply_for(const std::string& verb, const std::string& usual) const {
    const std::lock_guard lock{mutex_};
    const auto special = replies_.find(verb);
    return special == replies_.end() ? usual : special->second;
  }

  void keep(const std::string& message) {
    const std::lock_guard lock{mutex_};
    messages_.push_back(message);
  }

  void note(const std::string& line) {
    const std::lock_guard lock{mutex_};
    commands_.push_back(line);
  }

  std::map<std::string, std::string> replies_;
  mutable std::mutex mutex_;
  std::vector<std::string> commands_;
  std::vector<std::string> messages_;
  LoopbackServer server_;  // last: its thread uses the others
};

SmtpOptions options_for(const std::string& url) {
  SmtpOptions options;
  options.url = url;
  options.from_address = "refunds@shop.example";
  options.from_name = "お店";
  options.reply_to = "help@shop.example";
  options.message_id_domain = "shop.example";
  options.timeout = seconds{10};
  options.tls = SmtpTls::none;
  return options;
}

SendResult send_once(const SmtpOptions& options, const Outgoing& message = sample_message()) {
  return make_smtp_sink(options, sample_time)->send(message);
}

SendResult send_to(const SmtpServer& server) {
  return send_once(options_for(server.url()));
}

TEST(SmtpSink, SendsTheMessage) {
  const SmtpServer server;
  const auto result = send_to(server);
  EXPECT_EQ(result.status, SendStatus::sent);
  EXPECT_EQ(result.error, "");
  const MailSender sender{.address = "refunds@shop.example",
                          .name = "お店",
                          .reply_to = "help@shop.example",
                          .message_id_domain = "shop.example"};
  EXPECT_THAT(server.messages(),
              ElementsAre(mail_message(sample_message(), sender, sample_time())));
  EXPECT_THAT(server.commands(), Contains(StartsWith("MAIL FROM:<refunds@shop.example>")));
  EXPECT_THAT(server.commands(), Contains("RCPT TO:<customer@example.com>"));
}

TEST(SmtpSink, KeepsOneConnectionForManyMessages) {
  const SmtpServer server;
  const auto sink = make_smtp_sink(options_for(server.url()), sample_time);
  for (int count = 0; count < 3; ++count) {
    EXPECT_EQ(sink->send(sample_message()).status, SendStatus::sent);
  }
  EXPECT_EQ(server.connections(), 1);
  EXPECT_EQ(server.messages().size(), 3U);
}

TEST(SmtpSink, TellsWhatARefusalMeans) {
  struct Case {
    std::string verb;
    std::string reply;
    SendStatus status;
    std::string error;
  };
  const Case cases[] = {
      {"(greeting)", "421 busy", SendStatus::retry, "the mail server refused for now (421)"},
      {"(greeting)", "554 no", SendStatus::retry, "the mail server refused the connection (554)"},
      {"MAIL", "451 later", SendStatus::retry, "the mail server refused for now (451)"},
      {"MAIL", "550 who", SendStatus::retry, "the mail server refused our sender address (550)"},
      {"MAIL", "530 5.7.0 log in", SendStatus::retry,
       "the mail server refused our user name or password (530)"},
      {"MAIL", "552 too large", SendStatus::dead, "the mail server refused the message (552)"},
      {"RCPT", "450 greylisted", SendStatus::retry, "the mail server refused for now (450)"},
      {"RCPT", "550 5.1.1 hush", SendStatus::dead, "the mail server refused the recipient (550)"},
      {"RCPT", "530 5.7.0 log in", SendStatus::retry,
       "the mail server refused our user name or password (530)"},
      {"DATA", "554 no", SendStatus::dead, "the mail server refused the message (554)"},
      {"DATA", "451 later", SendStatus::retry, "the mail server refused for now (451)"},
      {"(message)", "554 spam", SendStatus::dead, "the mail server refused the message (554)"},
      {"(message)", "452 full", SendStatus::retry, "the mail server refused for now (452)"},
  };
  for (const auto& [verb, reply, status, error] : cases) {
    const SmtpServer server{{{verb, reply}}};
    const auto result = send_to(server);
    EXPECT_EQ(result.status, status) << verb << ' ' << reply;
    EXPECT_EQ(result.error, error) << verb << ' ' << reply;
  }
}

TEST(SmtpSink, KnowsARefusalOfOneMessageFromAServerThatIsBusy) {
  for (const auto& [verb, reply, is_well] :
       {std::tuple{"(greeting)", "421 busy", false}, std::tuple{"MAIL", "451 later", false},
        std::tuple{"RCPT", "450 greylisted", true}, std::tuple{"(message)", "452 full", true}}) {
    const SmtpServer server{{{verb, reply}}};
    EXPECT_EQ(send_to(server).is_receiver_well, is_well) << verb << ' ' << reply;
  }
}

TEST(SmtpSink, GoesOnAfterARefusal) {
  const SmtpServer server{{{"RCPT", "550 no such user"}}};
  const auto sink = make_smtp_sink(options_for(server.url()), sample_time);
  EXPECT_EQ(sink->send(sample_message()).status, SendStatus::dead);
  EXPECT_EQ(sink->send(sample_message()).status, SendStatus::dead);
}

TEST(SmtpSink, TriesAgainWhereTheServerWentAway) {
  for (const std::string verb : {"(greeting)", "EHLO", "MAIL", "RCPT", "DATA", "(message)"}) {
    const SmtpServer server{{{verb, ""}}};
    const auto result = send_to(server);
    EXPECT_EQ(result.status, SendStatus::retry) << verb;
    EXPECT_THAT(result.error, AnyOf(StartsWith("network: "), HasSubstr("for now"))) << verb;
  }
  EXPECT_EQ(send_once(options_for("smtp://" + address_of_nobody())).status, SendStatus::retry);
}

TEST(SmtpSink, AnOldRefusalIsNotTheNextMessages) {
  SmtpServer server{{{"(message)", "554 spam"}}};
  const auto sink = make_smtp_sink(options_for(server.url()), sample_time);
  EXPECT_EQ(sink->send(sample_message()).status, SendStatus::dead);
  server.reply_to("(greeting)", "");
  server.reply_to("MAIL", "");
  EXPECT_EQ(sink->send(sample_message()).status, SendStatus::retry);
}

TEST(SmtpSink, ConnectsAgainWhereTheServerHungUpMeanwhile) {
  SmtpServer server{{{"(message)", "250 taken\r\n421 idle for too long"}}};
  const auto sink = make_smtp_sink(options_for(server.url()), sample_time);
  server.reply_to("(then)", "");
  EXPECT_EQ(sink->send(sample_message()).status, SendStatus::sent);
  server.wait_until_closed(1);
  EXPECT_EQ(sink->send(sample_message()).status, SendStatus::sent);
  EXPECT_EQ(server.connections(), 2);
}

TEST(SmtpSink, ComesBackWithinItsTimeout) {
  for (const std::string verb : {"(greeting)", "EHLO", "RCPT", "(message)"}) {
    const SmtpServer server{{{verb, "(hang)"}}};
    SmtpOptions options = options_for(server.url());
    options.timeout = std::chrono::milliseconds{100};
    const auto result = send_once(options);
    EXPECT_EQ(result.status, SendStatus::retry) << verb;
    EXPECT_EQ(result.error, "network: Timeout was reached") << verb;
  }
}

TEST(SmtpSink, EndsEvenWhereTheServerDoesNotSayGoodbye) {
  const auto begin = std::chrono::steady_clock::now();
  const SmtpServer server{{{"QUIT", "(hang)"}}};
  EXPECT_EQ(send_to(server).status, SendStatus::sent);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, seconds{10});
}

TEST(SmtpSink, ARefusedLoginIsNoReasonToGiveUp) {
  struct Case {
    std::string verb;
    std::string reply;
    std::string error;
  };
  const Case cases[] = {
      {"AUTH", "535 5.7.8 hush", "the mail server refused our user name or password (535)"},
      {"AUTH", "504 5.5.4 hush", "the mail server refused our user name or password (504)"},
      {"AUTH", "454 4.7.0 hush", "the mail server refused for now (454)"},
      {"EHLO", "250-mail.example\r\n250 AUTH KERBEROS_V4",
       "the mail server offers no way to log in that we know"},
  };
  for (const auto& [verb, reply, error] : cases) {
    const SmtpServer server{{{verb, reply}}};
    SmtpOptions options = options_for(server.url());
    options.user = "shop";
    options.password = "s3cret";
    const auto result = send_once(options);
    EXPECT_EQ(result.status, SendStatus::retry) << reply;
    EXPECT_EQ(result.error, error);
    EXPECT_THAT(server.commands(), Not(Contains(StartsWith("MAIL"))));
  }
}

TEST(SmtpSink, SendsNothingWithoutTheTlsThatIsRequired) {
  const SmtpServer server;
  SmtpOptions options = options_for(server.url());
  options.tls = SmtpTls::required;
  options.user = "shop";
  options.password = "s3cret";
  const auto result = send_once(options);
  EXPECT_EQ(result.status, SendStatus::retry);
  EXPECT_THAT(result.error, StartsWith("TLS: "));
  EXPECT_THAT(server.commands(), Not(Contains(StartsWith("AUTH"))));
  EXPECT_THAT(server.commands(), Not(Contains(StartsWith("MAIL"))));
}

TEST(SmtpSink, ABadRecipientIsDeadWithoutAConnection) {
  const SmtpServer server;
  for (const std::string recipient :
       {"", "nobody", "a@b\r\nBcc: x@example.com", "a@b, c@d", "<a@b>"}) {
    Outgoing message = sample_message();
    message.recipient = recipient;
    const auto result = send_once(options_for(server.url()), message);
    EXPECT_EQ(result.status, SendStatus::dead);
    EXPECT_EQ(result.error, "the recipient is no mail address");
  }
  EXPECT_EQ(server.connections(), 0);
}

TEST(SmtpSink, RefusesOptionsThatCannotWork) {
  const auto refuses = [](auto change) {
    SmtpOptions options = options_for("smtp://mail.example:587");
    change(options);
    EXPECT_THROW(make_smtp_sink(options, sample_time), std::invalid_argument);
  };
  refuses([](auto& options) { options.url = "https://mail.example"; });
  refuses([](auto& options) { options.url = "smtp://user:password@mail.example"; });
  refuses([](auto& options) { options.url = "smtps://mail.example:465"; });  // with tls = none
  refuses([](auto& options) { options.from_address = "refunds"; });
  refuses([](auto& options) { options.reply_to = "help"; });
  refuses([](auto& options) { options.message_id_domain = "shop example"; });
  refuses([](auto& options) { options.user = "shop"; });
  refuses([](auto& options) { options.timeout = seconds{0}; });
  refuses([](auto& options) {
    options.user = "shop";
    options.password = "in the clear";
  });
}

TEST(MailServerUrl, IsSmtp) {
  EXPECT_TRUE(is_mail_server_url("smtp://mail.example"));
  EXPECT_TRUE(is_mail_server_url("smtps://mail.example:465"));
  EXPECT_TRUE(is_mail_server_url("smtp://[::1]:25"));
  for (const std::string_view url : {"", "mail.example", "http://mail.example", "smtp://",
                                     "smtp://user@mail.example", "smtp://mail.example:port"}) {
    EXPECT_FALSE(is_mail_server_url(url)) << url;
  }
}

}  // namespace
}  // namespace outbox
