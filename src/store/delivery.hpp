// One authenticated request with everything that is kept of it.
#pragma once

#include <string>

#include "domain/charge.hpp"
#include "domain/event.hpp"

namespace store {

struct Delivery {
  domain::Event event;
  domain::Time received_at{};

  std::string body;  // raw bytes, any content
  domain::Sha256 body_sha256{};
  std::string headers_json;    // a JSON object, secret headers already removed
  std::string remote_address;  // IP address as text; empty: unknown
  std::string user_agent;      // printable ASCII; empty: none
  std::string request_id;      // ours, as the answer names it; empty: none

  /// Somebody has a stored event taken in again: it takes effect where it had been set aside (late,
  /// quarantined or unsupported) and can be understood now; its bytes are not stored again.
  bool replay = false;

  domain::RefundLimits limits;
  /// Test-mode messages are suppressed unless their source has somebody to send them to.
  bool has_test_recipient = false;
};

}  // namespace store
