// What the log hears about one connection. Outsiders can open as many connections as they like, so
// each gets one line above debug level, all together as many as the LogBudget allows, and nothing
// of what they sent is in it.
#pragma once

#include <string>
#include <string_view>

#include "http/answer.hpp"
#include "http/log_budget.hpp"

namespace http {

class SessionLog {
 public:
  /// `budget` must outlive it.
  SessionLog(std::string remote_address, LogBudget& budget)
      : remote_address_{std::move(remote_address)}, budget_{budget} {}

  /// A trusted proxy says who the client is.
  void set_remote_address(std::string address) { remote_address_ = std::move(address); }
  [[nodiscard]] const std::string& remote_address() const { return remote_address_; }

  /// The request at hand, in the lines that follow, and the source that it is for.
  void begin_request(std::string id);
  void set_source(std::string_view name) { source_ = name; }
  [[nodiscard]] const std::string& request_id() const { return request_id_; }

  void answered(const Answer& answer);

  /// The client left, or failed us. `phase`: what we were doing.
  void lost(std::string_view phase, std::string_view reason);

 private:
  static constexpr std::string_view k_none = "-";

  bool may_complain();

  std::string remote_address_;
  LogBudget& budget_;
  std::string request_id_{k_none};
  std::string source_{k_none};
  bool complained_ = false;
};

}  // namespace http
