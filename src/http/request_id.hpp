// A name for each request, the same in the answer's X-Request-Id, in the log and in the audit
// trail.
#pragma once

#include <cstdint>
#include <string>

namespace http {

/// Unique among all processes: 64 random bits of this one, and a number. Not a secret.
class RequestIds {
 public:
  RequestIds();

  /// "5e0c3f7a91b2d846-1f": [0-9a-f-] only.
  std::string next();

 private:
  std::string prefix_;
  std::uint64_t last_ = 0;
};

}  // namespace http
