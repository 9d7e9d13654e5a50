#include "commands/signed_body.hpp"

#include <algorithm>
#include <stdexcept>

#include "providers/omise.hpp"

namespace commands {
namespace {

/// The value of a header that the request has, for replacing it.
std::string& header_of(providers::SampleRequest& request, std::string_view name) {
  const auto header =
      std::ranges::find(request.headers, name, &std::pair<std::string, std::string>::first);
  if (header == request.headers.end()) {
    throw std::runtime_error{"the request has no " + std::string{name}};
  }
  return header->second;
}

}  // namespace

// Provider has no function that signs given bytes, so the one provider whose signature covers the
// body is named here. Another one ends in the exception, not in an event that is refused.
providers::SampleRequest with_body(providers::SampleRequest request, std::string body,
                                   const providers::Provider& provider,
                                   std::span<const std::string> secrets) {
  request.body = std::move(body);
  if (provider.name == providers::k_omise.name) {
    header_of(request, "Omise-Signature") = providers::omise_signature(
        secrets.front(), header_of(request, "Omise-Signature-Timestamp"), request.body);
  } else if (provider.has_signature_time) {
    throw std::runtime_error{"--body-file cannot be signed as " + std::string{provider.name} +
                             " does"};
  }
  return request;
}

}  // namespace commands
