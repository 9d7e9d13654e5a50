// Many connections that do nothing after their handshake: what does a server pay for them?
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iosfwd>

namespace bench {

struct IdlePlan {
  std::size_t connections = 0;
  std::uint16_t port = 0;
  std::filesystem::path certificate;
};

/// Opens them all, writes "idle N" to `report`, holds them until standard input ends, and writes
/// "closed N": how many of them the server had closed. Throws std::runtime_error where they do not
/// come about within a minute.
void hold_idle_connections(const IdlePlan& plan, std::ostream& report);

}  // namespace bench
