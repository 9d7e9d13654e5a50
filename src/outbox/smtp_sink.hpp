// Messages to a mail server: SMTP with STARTTLS or from the first byte over TLS, through libcurl.
//
// The connection is kept between messages. What follows from an answer:
//
//   message taken                                                 sent
//   the recipient is no mail address (nothing is sent)            dead
//   5xx to RCPT TO or to the message itself                       dead
//   4xx, network, timeout                                         retry
//   login refused, TLS or certificate problem, sender refused     retry: an operator can mend
//   those,
//                                                                 and no message may die of them
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "domain/time.hpp"
#include "outbox/sink.hpp"

namespace outbox {

enum class SmtpTls {
  required,  // smtp:// must offer STARTTLS; smtps:// is TLS anyway
  none,      // smtp:// only, in the clear
};

struct SmtpOptions {
  std::string url;  // "smtp://host:587" or "smtps://host:465"
  std::string user;
  std::string password;  // both may be empty: no login
  std::string from_address;
  std::string from_name;                      // UTF-8; empty: none
  std::string reply_to;                       // empty: none
  std::string message_id_domain;              // "shop.example"
  std::string ca_file;                        // PEM; empty: the system's
  std::chrono::milliseconds timeout{30'000};  // for one message, connecting included; above 0
  SmtpTls tls = SmtpTls::required;
};

/// Whether it is "smtp://host", "smtps://host", with or without a port, and no user info.
bool is_mail_server_url(std::string_view text);

/// `clock` gives the `Date` of a message. Throws std::invalid_argument, with a sentence that names
/// the option, where one is not what it should be; a password without TLS only goes to a loopback
/// address.
std::unique_ptr<Sink> make_smtp_sink(SmtpOptions options, std::function<domain::Time()> clock);

}  // namespace outbox
