#include "http/session_log.hpp"

#include <utility>

#include "runtime/log.hpp"

namespace http {
namespace {

std::string_view or_dash(const std::string& text) {
  return text.empty() ? std::string_view{"-"} : text;
}

}  // namespace

void SessionLog::set_connection_address(const std::string& address) {
  connection_address_ = address;
  remote_address_ = address;
}

void SessionLog::begin_request(std::string id, bool is_shared) {
  request_id_ = std::move(id);
  source_.clear();
  remote_address_ = connection_address_;
  complained_ = complained_ && !is_shared;
}

void SessionLog::answered(const Answer& answer) {
  const bool complains = !answer.reason.empty() && may_complain();
  const bool warns = answer.status == 401 || answer.status == 503;
  auto* const log = !complains ? runtime::log_debug : warns ? runtime::log_warn : runtime::log_info;
  log(answer.reason.empty() ? "request answered" : "request refused",
      {{"remote", remote_address_},
       {"source", or_dash(source_)},
       {"status", answer.status},
       {"reason", answer.reason},
       {"request_id", or_dash(request_id_)}});
}

void SessionLog::lost(std::string_view phase, std::string_view reason) {
  auto* const log = may_complain() ? runtime::log_info : runtime::log_debug;
  log("connection lost", {{"remote", remote_address_},
                          {"phase", phase},
                          {"reason", reason},
                          {"request_id", or_dash(request_id_)}});
}

bool SessionLog::may_complain() {
  return !std::exchange(complained_, true) && budget_.take(std::chrono::steady_clock::now());
}

}  // namespace http
