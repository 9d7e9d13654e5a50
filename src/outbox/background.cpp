#include "outbox/background.hpp"

#include <sys/resource.h>
#include <unistd.h>

namespace outbox {

void give_way() {
  constexpr int k_niceness = 10;
  thread_local bool gives_way = false;
  if (!gives_way) {
    gives_way = true;
    // Not allowed somewhere: then it competes, and nothing is wrong.
    ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), k_niceness);
  }
}

}  // namespace outbox
