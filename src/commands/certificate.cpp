#include "commands/certificate.hpp"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>
#include <stdexcept>

#include "providers/signature.hpp"
#include "runtime/base64.hpp"

namespace commands {
namespace {

template <auto free_function>
struct Free {
  template <typename T>
  void operator()(T* pointer) const {
    free_function(pointer);
  }
};

using Bio = std::unique_ptr<BIO, Free<BIO_free_all>>;
using X509Certificate = std::unique_ptr<X509, Free<X509_free>>;

std::string subject_of(const X509& certificate) {
  const Bio text{BIO_new(BIO_s_mem())};
  X509_NAME_print_ex(text.get(), X509_get_subject_name(&certificate), 0, XN_FLAG_RFC2253);
  char* bytes = nullptr;
  const auto size = BIO_get_mem_data(text.get(), &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

/// RFC 7469: SHA-256 over the certificate's SubjectPublicKeyInfo in DER.
std::string pin_of(const X509& certificate) {
  unsigned char* der = nullptr;
  const auto size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(&certificate), &der);
  if (size <= 0) {
    throw std::runtime_error{"the certificate has no public key"};
  }
  const std::string bytes{reinterpret_cast<const char*>(der), static_cast<std::size_t>(size)};
  OPENSSL_free(der);
  const auto digest = providers::sha256(bytes);
  return "sha256//" +
         runtime::encode_base64({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

}  // namespace

Certificate read_certificate(const std::filesystem::path& file) {
  const Bio bio{BIO_new_file(file.c_str(), "r")};
  const X509Certificate certificate{bio ? PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)
                                        : nullptr};
  if (!certificate) {
    throw std::runtime_error{file.string() + ": holds no certificate in PEM"};
  }
  return {subject_of(*certificate), pin_of(*certificate)};
}

}  // namespace commands
