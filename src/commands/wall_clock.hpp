// The present time, asked for once by a command and handed on as a parameter.
#pragma once

#include "domain/time.hpp"

namespace commands {

inline domain::Time wall_clock_now() {
  return std::chrono::time_point_cast<domain::Time::duration>(std::chrono::system_clock::now());
}

}  // namespace commands
