// The strict check that every request head passes before Beast may parse it.
//
// Boost.Beast up to 1.81 frames some requests differently from the load balancers in front of it
// (upstream pull requests 3096, 3098, 3100, 3102), which lets one client slip a request into
// another's connection. So nothing reaches Beast that could be read in two ways: RFC 9112 without
// its tolerances. Pure, no allocation, standard library only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>

namespace http {

inline constexpr std::size_t k_head_bytes_max = 8192;
inline constexpr std::size_t k_fields_max = 100;

/// How much of a head has arrived.
enum class HeadScan {
  incomplete,
  complete,
  too_large,       // longer than k_head_bytes_max
  bare_line_feed,  // a line that does not end in CR LF: waiting for more would be in vain
};

struct ScannedHead {
  HeadScan scan = HeadScan::incomplete;
  std::size_t size = 0;  // with `complete`: through the empty line
};

/// Looks for the end of the head at the front of `bytes`; what follows it is not looked at.
ScannedHead scan_head(std::string_view bytes);

/// What a good head says about the message and the connection.
struct Framing {
  std::uint64_t content_length = 0;
  bool wants_continue = false;  // "Expect: 100-continue"
  bool close = false;           // "Connection: close"
};

/// Answered with `status` (400, 417, 431 or 501), and the connection ends: where its next request
/// would begin is not known.
struct Refusal {
  int status = 400;
  std::string_view reason;  // a literal, safe to log
};

using Gate = std::variant<Framing, Refusal>;

/// `head` is everything through the empty line. Accepts exactly: one request line `token SP /target
/// SP HTTP/1.1`; at most k_fields_max fields `token: value` of visible ASCII, space and tab, not
/// folded; one Host of the form host[:port]; for POST one Content-Length of 1 to 10 digits, for any
/// other method none or one that says 0; no Transfer-Encoding, Content-Encoding or Upgrade; no
/// Expect but 100-continue; a Connection that lists tokens, of which only "close" means anything.
Gate check_head(std::string_view head);

}  // namespace http
