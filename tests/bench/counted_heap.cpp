#include "bench/counted_heap.hpp"

#include <cstdlib>
#include <new>

namespace {

bench::HeapUse& counted() {
  static constinit bench::HeapUse use;
  return use;
}

void* take(std::size_t size, void* memory) {
  if (memory == nullptr) {
    throw std::bad_alloc{};
  }
  ++counted().allocations;
  counted().bytes += size;
  return memory;
}

}  // namespace

// The other forms of new and delete end in these four.
void* operator new(std::size_t size) {
  return take(size, std::malloc(size == 0 ? 1 : size));
}

void* operator new(std::size_t size, std::align_val_t alignment) {
  const auto boundary = static_cast<std::size_t>(alignment);
  const std::size_t whole = (size + boundary - 1) / boundary * boundary;
  return take(size, std::aligned_alloc(boundary, whole == 0 ? boundary : whole));
}

void operator delete(void* memory) noexcept {
  std::free(memory);
}

void operator delete(void* memory, std::size_t /*size*/) noexcept {
  std::free(memory);
}

void operator delete(void* memory, std::align_val_t /*alignment*/) noexcept {
  std::free(memory);
}

void operator delete(void* memory, std::size_t /*size*/, std::align_val_t /*alignment*/) noexcept {
  std::free(memory);
}

namespace bench {

HeapUse heap_use() {
  return counted();
}

HeapMeter::~HeapMeter() {
  const HeapUse end = heap_use();
  const auto report = [this](const char* name, std::size_t count) {
    state_.counters[name] =
        benchmark::Counter{static_cast<double>(count), benchmark::Counter::kAvgIterations};
  };
  report("allocs", end.allocations - begin_.allocations);
  report("heap_bytes", end.bytes - begin_.bytes);
}

void HeapMeter::pause() {
  state_.PauseTiming();
  paused_at_ = heap_use();
}

void HeapMeter::resume() {
  const HeapUse now = heap_use();
  begin_.allocations += now.allocations - paused_at_.allocations;
  begin_.bytes += now.bytes - paused_at_.bytes;
  state_.ResumeTiming();
}

}  // namespace bench
