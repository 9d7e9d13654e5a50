// What an HTTP answer means for a message. Pure.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "outbox/sink.hpp"

namespace outbox {

/// More of an answer is not read.
inline constexpr std::size_t k_answer_max_bytes = 65'536;

struct HttpAnswer {
  long status = 0;                     // 100 to 599
  std::chrono::seconds retry_after{};  // 0 or less: it does not ask for any
  std::string body;                    // its first k_answer_max_bytes
};

/// `reference_pointer`: see HttpOptions. Says nothing of the body but the reference.
SendResult send_result_of(const HttpAnswer& answer, const std::string& reference_pointer);

/// The string or whole number at `pointer`, at most 200 printable ASCII characters; else empty.
std::string reference_in(std::string_view body, const std::string& pointer);

}  // namespace outbox
