// As much of an HTTP answer as a measurement needs, read straight from the received bytes: a whole
// parser would cost the generator more than everything else it does. Pure.
#pragma once

#include <cstddef>
#include <string_view>

namespace bench {

/// No answer of the daemon is nearly as long.
inline constexpr std::size_t k_answer_bytes_max = 8192;

enum class Reading {
  incomplete,
  whole,
  malformed,  // no HTTP/1.1 answer with a Content-Length, or longer than k_answer_bytes_max
};

struct HttpAnswer {
  Reading reading = Reading::incomplete;
  int status = 0;
  std::string_view verdict;  // part of what was read; empty: the body names none
  bool closes = false;       // "Connection: close"
};

/// `bytes`: everything received since the request was sent, k_answer_bytes_max at most; there is
/// still room where it is incomplete.
HttpAnswer read_answer(std::string_view bytes);

}  // namespace bench
