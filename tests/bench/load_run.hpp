// A run of the load generator, from the first handshake to the last answer, on the calling thread.
//
//   open all ─► warm up ─► measure ─► wait for the answers in hand
//
// Each of the four ends by itself, whatever the server does.
#pragma once

#include <string>

#include "bench/load_plan.hpp"

namespace bench {

struct LoadResult {
  std::string json;
  bool worked = false;  // something was answered, and all that was acknowledged is written down
};

/// Throws std::runtime_error where the run cannot begin: no secret, no certificate, no server.
LoadResult run_load(const LoadPlan& plan);

}  // namespace bench
