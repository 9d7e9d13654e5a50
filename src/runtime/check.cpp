#include "runtime/check.hpp"

#include <cstdlib>

#include "runtime/log.hpp"

namespace runtime {

void check_failed(const char* condition, const char* file, int line) {
  log_error("check failed", {{"condition", condition}, {"file", file}, {"line", line}});
  std::abort();
}

}  // namespace runtime
