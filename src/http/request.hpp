// The head of one request, as everything behind the gate sees it.
#pragma once

#include <string>

#include "http/head_gate.hpp"
#include "providers/provider.hpp"

namespace http {

struct RequestHead {
  std::string method;
  std::string target;
  providers::Headers headers;
  Framing framing;
};

}  // namespace http
