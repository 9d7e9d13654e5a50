// What one run of the load generator is to do.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace bench {

struct LoadPlan {
  std::vector<std::uint16_t> ports;  // connections are dealt to them in turn; at least one
  std::string path;
  std::filesystem::path secret_file;  // base64
  std::filesystem::path certificate;  // PEM, the only one trusted
  std::size_t connections = 1;
  std::chrono::duration<double> warmup{1};  // before the measured time
  std::chrono::duration<double> measured{10};
  std::optional<double> requests_per_second;  // nullopt: each connection as fast as it is answered
  std::optional<std::uint64_t> events_max;
  std::string run;
  std::optional<std::filesystem::path> acknowledged;  // gets the id of each event answered 200
};

}  // namespace bench
