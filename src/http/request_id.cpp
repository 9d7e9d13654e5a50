#include "http/request_id.hpp"

#include <cinttypes>
#include <cstdio>
#include <random>

namespace http {

RequestIds::RequestIds() {
  std::random_device random;
  char text[24];
  std::snprintf(text, sizeof text, "%08x%08x-", random(), random());
  prefix_ = text;
}

std::string RequestIds::next() {
  char text[24];
  std::snprintf(text, sizeof text, "%" PRIx64, ++last_);
  return prefix_ + text;
}

}  // namespace http
