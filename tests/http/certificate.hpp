// A self-signed certificate and its key in files, for tests that start a server.
#pragma once

#include <filesystem>

namespace http {

/// Two PEM files in a folder of their own, removed with the object.
class TestCertificate {
 public:
  TestCertificate();
  ~TestCertificate();
  TestCertificate(const TestCertificate&) = delete;
  TestCertificate& operator=(const TestCertificate&) = delete;

  [[nodiscard]] std::filesystem::path certificate_file() const { return folder_ / "cert.pem"; }
  [[nodiscard]] std::filesystem::path private_key_file() const { return folder_ / "key.pem"; }

 private:
  std::filesystem::path folder_;
};

}  // namespace http
