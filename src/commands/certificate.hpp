// What the operators' commands need to know of the listener's certificate.
#pragma once

#include <filesystem>
#include <string>

namespace commands {

struct Certificate {
  std::string subject;         // "CN=refunds.example"
  std::string public_key_pin;  // "sha256//…" of its public key, as libcurl wants it
};

/// The first certificate of a PEM file. Throws std::runtime_error, with the path, where there is
/// none.
Certificate read_certificate(const std::filesystem::path& file);

}  // namespace commands
