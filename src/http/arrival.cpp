#include "http/arrival.hpp"

namespace http {

std::optional<Answer> answer_unfinished(Arrival arrival) {
  switch (arrival) {
    case Arrival::too_slow:
      return refuse_and_close(408, "too slow");
    case Arrival::too_large:
      return refuse_and_close(431, "head too large");
    case Arrival::bare_line_feed:
      return refuse_and_close(400, "bare line feed");
    case Arrival::complete:
    case Arrival::nothing:
    case Arrival::lost:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace http
