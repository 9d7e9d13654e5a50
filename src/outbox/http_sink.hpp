// Messages to an HTTPS endpoint: a ticket system, a chat, a pager, or the shop's own. Through
// libcurl.
//
// One keep-alive connection, HTTP/1.1, no redirects, no proxy of the environment. Each request has
// the message's id as `webhook-id` and `Idempotency-Key`, the same with every attempt; with a
// secret it is signed as standard_webhooks.hpp says. What follows from an answer:
//
//   2xx                                                  sent
//   408, 425, 429, 5xx, network, timeout, TLS problem    retry; Retry-After is passed on, up to 24
//   h 3xx, any other 4xx                                   dead no such request is possible
//   (http_body.hpp)          dead, nothing is sent
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "domain/time.hpp"
#include "outbox/http_body.hpp"
#include "outbox/sink.hpp"

namespace outbox {

struct HttpOptions {
  std::string url;
  HttpPreset preset = HttpPreset::generic;
  std::string signing_secret;     // "whsec_…"; empty: not signed
  std::string authorization;      // the whole header value, "Bearer …"; empty: none
  std::string routing_key;        // pagerduty
  std::string reference_pointer;  // RFC 6901, "/ticket/id": where an answer has the ticket's id
  std::string ticket_url;         // zendesk: with "{reference}"
  std::string ca_file;            // PEM; empty: the system's
  std::chrono::milliseconds timeout{30'000};  // for one message, connecting included; above 0
};

/// Whether messages may go there: https, or http to a loopback address; no user info.
bool is_allowed_url(std::string_view text);

/// RFC 6901: empty, or "/" and the names of members.
bool is_json_pointer(std::string_view text);

/// `clock` gives the time of a signature. Throws std::invalid_argument, with a sentence that names
/// the option, where one is not what it should be.
std::unique_ptr<Sink> make_http_sink(HttpOptions options, std::function<domain::Time()> clock);

}  // namespace outbox
