#include "http/answer.hpp"

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

namespace http {
namespace {

namespace beast_http = boost::beast::http;

std::string_view sentence_for(int status) {
  switch (status) {
    case 401:
      return "unauthorized";
    case 404:
      return "not found";
    case 405:
      return "method not allowed";
    case 408:
      return "request too slow";
    case 413:
      return "body too large";
    case 415:
      return "not application/json";
    case 417:
      return "expectation failed";
    case 431:
      return "headers too large";
    case 501:
      return "not implemented";
    case 503:
      return "try again later";
    default:
      return "bad request";
  }
}

}  // namespace

Answer refuse(int status, std::string_view reason) {
  Answer answer;
  answer.status = status;
  answer.body = R"({"error":")" + std::string{sentence_for(status)} + R"("})";
  answer.reason = reason;
  return answer;
}

Answer refuse_and_close(int status, std::string_view reason) {
  Answer answer = refuse(status, reason);
  answer.close = true;
  return answer;
}

Answer refuse_method(std::string_view allow) {
  Answer answer = refuse(405, "method");
  answer.allow = allow;
  return answer;
}

Answer refuse_for_now(std::string_view reason) {
  Answer answer = refuse(503, reason);
  answer.retry_later = true;
  return answer;
}

Answer answer_verdict(domain::Verdict verdict) {
  Answer answer;
  answer.body = R"({"verdict":")" + std::string{domain::to_string(verdict)} + R"("})";
  return answer;
}

Answer answer_health() {
  Answer answer;
  answer.body = R"({"status":"ok"})";
  return answer;
}

Answer answer_readiness(const ingest::Readiness& readiness) {
  Answer answer;
  if (readiness.ready) {
    answer.body = R"({"status":"ready"})";
    return answer;
  }
  // The reason may quote the database's own words, in any encoding.
  const nlohmann::json body{{"status", "not ready"}, {"reason", readiness.reason}};
  answer.status = 503;
  answer.body = body.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
  return answer;
}

std::string to_wire(const Answer& answer) {
  constexpr unsigned k_http_1_1 = 11;
  beast_http::response<beast_http::string_body> response;
  response.version(k_http_1_1);
  response.result(static_cast<unsigned>(answer.status));
  response.set(beast_http::field::content_type, "application/json");
  if (!answer.allow.empty()) {
    response.set(beast_http::field::allow, {answer.allow.data(), answer.allow.size()});
  }
  if (answer.retry_later) {
    response.set(beast_http::field::retry_after, std::to_string(k_retry_after.count()));
  }
  response.keep_alive(!answer.close);
  response.body() = answer.body;
  response.prepare_payload();
  if (answer.body_left_out) {
    response.body().clear();
  }
  std::ostringstream wire;
  wire << response;
  return std::move(wire).str();
}

}  // namespace http
