// What we say to a request. Pure: an answer is made here and sent by the session.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "domain/refund.hpp"
#include "ingest/ingest.hpp"

namespace http {

/// What a 503 asks the sender to wait. Short: PAY.JP gives up after three tries, 3 minutes apart.
inline constexpr std::chrono::seconds k_retry_after{5};

struct Answer {
  int status = 200;
  std::string body;  // a JSON object, where content_type does not say otherwise
  std::string_view content_type = "application/json";  // a literal
  std::string request_id;                              // for X-Request-Id; empty: none
  std::string_view allow;      // with 405, a literal: the methods of this resource
  bool retry_later = false;    // adds Retry-After
  bool body_left_out = false;  // the answer to HEAD: the length of the body, without the body
  bool close = false;          // no request after this one is read from the connection
  std::string reason;          // why it is a refusal, for the log; never sent. Empty: all is well
};

/// `{"error":"…"}` with a fixed sentence for the status. Nothing of the request is ever repeated.
Answer refuse(int status, std::string_view reason);

/// The same as the last answer of its connection: where the next request would begin is not known.
Answer refuse_and_close(int status, std::string_view reason);

/// 405.
Answer refuse_method(std::string_view allow);

/// Not committed: the provider tries again.
Answer refuse_for_now(std::string_view reason);

Answer answer_verdict(domain::Verdict verdict);

/// 200 with a body that is ready.
Answer answer_page(std::string body, std::string_view content_type = "application/json");

Answer answer_health();

/// 200, or 503 with the reason for an operator.
Answer answer_readiness(const ingest::Readiness& readiness);

/// The bytes of the whole response.
std::string to_wire(const Answer& answer);

}  // namespace http
