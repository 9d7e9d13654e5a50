// How often the code under measurement asks for memory: operator new of the whole program counts.
// What C libraries take with malloc, OpenSSL's contexts for example, is not seen.
#pragma once

#include <benchmark/benchmark.h>

#include <cstddef>

namespace bench {

struct HeapUse {
  std::size_t allocations = 0;
  std::size_t bytes = 0;
};

/// Since the start of the program. Right only while one thread is running.
HeapUse heap_use();

/// Reports `allocs` and `heap_bytes` of one iteration, from its making to its end.
class HeapMeter {
 public:
  explicit HeapMeter(benchmark::State& state) : state_{state}, begin_{heap_use()} {}
  ~HeapMeter();
  HeapMeter(const HeapMeter&) = delete;
  HeapMeter& operator=(const HeapMeter&) = delete;

  /// For preparations between iterations; stops the clock too. Costs about a microsecond that is
  /// measured: prepare for many iterations at once.
  void pause();
  void resume();

 private:
  benchmark::State& state_;
  HeapUse begin_;
  HeapUse paused_at_;
};

}  // namespace bench
