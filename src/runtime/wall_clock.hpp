// The present time. Asked for at the edge of the program only and handed on as a parameter.
#pragma once

#include <chrono>

namespace runtime {

/// UTC in whole microseconds, which is what PostgreSQL keeps.
inline std::chrono::sys_time<std::chrono::microseconds> wall_clock_now() {
  return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

}  // namespace runtime
