// An outgoing message as an e-mail: RFC 5322 headers, and a MIME body with the text and the HTML of
// it. Pure. Called by the SMTP sink.
//
// Nothing in a value can become a header line of its own: control characters of a text turn into
// spaces, and an address, an id or a domain that is not one is refused.
#pragma once

#include <string>
#include <string_view>

#include "domain/time.hpp"
#include "outbox/outgoing.hpp"

namespace outbox {

struct MailSender {
  std::string address;
  std::string name;               // UTF-8, for people; empty: the address alone
  std::string reply_to;           // an address; empty: no such header
  std::string message_id_domain;  // "shop.example"
};

/// The whole message, lines ended by CRLF. The same message gives the same bytes but for `Date`,
/// and always the same Message-ID, by which mail programs know a message that came twice.
///
/// Throws std::invalid_argument where the recipient, an address of the sender, the domain or the
/// message's id is not what it should be.
std::string mail_message(const Outgoing& message, const MailSender& sender, domain::Time now);

/// Whether this may stand in a header and in RCPT TO as it is: ASCII, one "@", at most 254
/// characters, letters, digits and the few marks of RFC 5322's dot-atom, a host name after the "@".
/// Quoted local parts, comments, address literals and lists are refused.
bool is_mail_address(std::string_view text);

/// ASCII letters, digits and hyphens in labels of 1 to 63, at most 253 characters.
bool is_host_name(std::string_view text);

}  // namespace outbox
