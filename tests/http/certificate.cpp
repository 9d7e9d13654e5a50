#include "http/certificate.hpp"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdlib.h>

#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>

namespace http {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using File = std::unique_ptr<std::FILE, decltype(&std::fclose)>;

void must(bool succeeded) {
  if (!succeeded) {
    throw std::runtime_error{"cannot make a test certificate"};
  }
}

Certificate sign_itself(EVP_PKEY* key) {
  constexpr long k_seconds_valid = 24 * 3600;
  Certificate certificate{X509_new(), &X509_free};
  X509_NAME* const name = X509_get_subject_name(certificate.get());
  const auto* const host = reinterpret_cast<const unsigned char*>("localhost");
  must(X509_set_version(certificate.get(), X509_VERSION_3) == 1 &&
       ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1) == 1 &&
       X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0) != nullptr &&
       X509_gmtime_adj(X509_getm_notAfter(certificate.get()), k_seconds_valid) != nullptr &&
       X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, host, -1, -1, 0) == 1 &&
       X509_set_issuer_name(certificate.get(), name) == 1 &&
       X509_set_pubkey(certificate.get(), key) == 1 &&
       X509_sign(certificate.get(), key, EVP_sha256()) != 0);
  return certificate;
}

File create(const std::filesystem::path& path) {
  File file{std::fopen(path.c_str(), "w"), &std::fclose};
  must(file != nullptr);
  return file;
}

}  // namespace

TestCertificate::TestCertificate() {
  std::string folder = std::filesystem::temp_directory_path() / "refundd-test-XXXXXX";
  must(::mkdtemp(folder.data()) != nullptr);
  folder_ = folder;
  const Key key{EVP_EC_gen("P-256"), &EVP_PKEY_free};
  const Certificate certificate = sign_itself(key.get());
  must(PEM_write_X509(create(certificate_file()).get(), certificate.get()) == 1);
  must(PEM_write_PrivateKey(create(private_key_file()).get(), key.get(), nullptr, nullptr, 0,
                            nullptr, nullptr) == 1);
}

TestCertificate::~TestCertificate() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

}  // namespace http
