// What became of claimed messages, written by whoever still holds their lease.
#pragma once

#include <string>
#include <vector>

#include "domain/time.hpp"
#include "store/connection.hpp"

namespace store {

enum class FinishKind { sent, retry, dead };

struct Finish {
  std::string message_id;
  std::string lease_token;
  FinishKind kind{};
  std::string error;               // one line; empty when sent
  domain::Time next_attempt_at{};  // of a retry
  std::string external_reference;  // empty: none
};

/// How many were still ours: who lost the lease changes nothing. Throws Failure.
int finish_messages(Connection& connection, const std::vector<Finish>& finishes, domain::Time now);

}  // namespace store
