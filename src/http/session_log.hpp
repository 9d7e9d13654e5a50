// What the log hears about one connection. Outsiders can open as many connections as they like, so
// each gets one line above debug level (each request, where a balancer shares a connection out),
// all together as many as the LogBudget allows, and nothing of what they sent is in it.
#pragma once

#include <string>
#include <string_view>

#include "http/answer.hpp"
#include "http/log_budget.hpp"

namespace http {

class SessionLog {
 public:
  /// `budget` must outlive it.
  SessionLog(const std::string& connection_address, LogBudget& budget)
      : connection_address_{connection_address},
        remote_address_{connection_address},
        budget_{budget} {}

  /// A trusted proxy says who the client is: of the whole connection, or of the request at hand.
  void set_connection_address(const std::string& address);
  void set_remote_address(std::string address) { remote_address_ = std::move(address); }
  [[nodiscard]] const std::string& remote_address() const { return remote_address_; }

  /// The request at hand, in the lines that follow, and the source that it is for. `is_shared`: it
  /// may be another client's than the one before.
  void begin_request(std::string id, bool is_shared);
  void set_source(std::string_view name) { source_ = name; }
  [[nodiscard]] const std::string& request_id() const { return request_id_; }
  [[nodiscard]] bool has_source() const { return !source_.empty(); }
  [[nodiscard]] const std::string& source() const { return source_; }

  void answered(const Answer& answer);

  /// The client left, or failed us. `phase`: what we were doing.
  void lost(std::string_view phase, std::string_view reason);

 private:
  bool may_complain();

  std::string connection_address_;
  std::string remote_address_;
  LogBudget& budget_;
  std::string request_id_;
  std::string source_;  // empty: none is known
  bool complained_ = false;
};

}  // namespace http
