// Who decided what is kept and what is forgotten, as retention_log keeps it.
#pragma once

#include <string>

#include "domain/time.hpp"

namespace store {

struct Decider {
  std::string user;
  std::string reason;
  domain::Time now{};
};

}  // namespace store
