// What the log hears about one connection. Outsiders can open as many connections as they like, so
// each gets one line above debug level, all together as many as the LogBudget allows, and nothing
// of what they sent is in it.
#pragma once

#include <boost/asio/ip/tcp.hpp>
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

  /// The source that the request at hand is for, in the lines that follow.
  void set_source(std::string_view name) { source_ = name; }
  void forget_source() { source_ = k_no_source; }

  void answered(const Answer& answer);

  /// The client left, or failed us. `phase`: what we were doing.
  void lost(std::string_view phase, std::string_view reason);

 private:
  static constexpr std::string_view k_no_source = "-";

  bool may_complain();

  std::string remote_address_;
  LogBudget& budget_;
  std::string source_{k_no_source};
  bool complained_ = false;
};

}  // namespace http
