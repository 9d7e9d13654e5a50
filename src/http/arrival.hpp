// How the wait for a request's head or body ended, and what the client is told when it ended badly.
#pragma once

#include <optional>

#include "http/answer.hpp"

namespace http {

enum class Arrival {
  complete,
  nothing,    // not one byte of a next request: the client left or was idle, or we are stopping
  too_slow,   // some bytes, but not all of them in time; the client can still be answered
  too_large,  // a head over k_head_bytes_max
  bare_line_feed,  // a head that can never end as it should
  lost,            // the client left in the middle
};

/// The last answer of the connection; nullopt where there is nobody or nothing to answer.
std::optional<Answer> answer_unfinished(Arrival arrival);

}  // namespace http
