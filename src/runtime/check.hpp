// CHECK(condition): for our own mistakes, never for input. On in every build; logs and aborts, and
// systemd starts us again.
#pragma once

namespace runtime {
[[noreturn]] void check_failed(const char* condition, const char* file, int line);
}  // namespace runtime

#define CHECK(condition) \
  ((condition) ? void() : ::runtime::check_failed(#condition, __FILE__, __LINE__))
