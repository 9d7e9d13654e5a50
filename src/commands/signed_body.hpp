// Bytes of the operator's own, in a provider's name: `refundctl send --body-file`.
#pragma once

#include <span>
#include <string>

#include "providers/source.hpp"

namespace commands {

/// `request` with `body` instead of its own, signed anew with the first secret where the provider
/// signs bodies. Throws std::runtime_error where that is not known for this provider.
providers::SampleRequest with_body(providers::SampleRequest request, std::string body,
                                   const providers::Provider& provider,
                                   std::span<const std::string> secrets);

}  // namespace commands
