#include "outbox/http_answer.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

namespace outbox {
namespace {

constexpr std::chrono::seconds k_retry_after_max = std::chrono::hours{24};
constexpr std::size_t k_reference_max = 200;

SendStatus status_of(long http_status) {
  if (http_status >= 200 && http_status < 300) {
    return SendStatus::sent;
  }
  const bool is_passing = http_status == 408 || http_status == 425 || http_status == 429;
  return is_passing || http_status >= 500 ? SendStatus::retry : SendStatus::dead;
}

std::string sentence_for(long http_status) {
  std::string answered = "the endpoint answered " + std::to_string(http_status);
  if (http_status >= 300 && http_status < 400) {
    return answered + ", a redirect, which is not followed: check the url";
  }
  if (http_status == 401 || http_status == 403) {
    return answered + ": check the credentials";
  }
  return answered;
}

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

}  // namespace

SendResult send_result_of(const HttpAnswer& answer, const std::string& reference_pointer) {
  SendResult result;
  result.status = status_of(answer.status);
  switch (result.status) {
    case SendStatus::sent:
      result.external_reference = reference_in(answer.body, reference_pointer);
      return result;
    case SendStatus::retry:
      if (answer.retry_after.count() > 0) {
        result.retry_after = std::min(answer.retry_after, k_retry_after_max);
      }
      break;
    case SendStatus::dead:
      break;
  }
  result.error = sentence_for(answer.status);
  return result;
}

std::string reference_in(std::string_view body, const std::string& pointer) try {
  if (pointer.empty()) {
    return {};
  }
  const auto json = nlohmann::json::parse(body);
  const auto& value = json.at(nlohmann::json::json_pointer{pointer});
  const std::string text = value.is_string()           ? value.get<std::string>()
                           : value.is_number_integer() ? value.dump()
                                                       : std::string{};
  return text.size() <= k_reference_max && is_printable(text) ? text : std::string{};
} catch (const nlohmann::json::exception&) {
  return {};  // the message has arrived all the same
}

}  // namespace outbox
