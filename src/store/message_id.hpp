// Names for messages that no other message has, on any machine.
#pragma once

#include "domain/time.hpp"
#include "store/columns.hpp"

namespace store {

/// A UUID of version 7 (RFC 9562): it begins with the time, so that new ids lie beside each other
/// in their index, where random ones would each touch a page of their own. Throws
/// std::runtime_error where the system has no randomness.
Uuid make_message_id(domain::Time now);

}  // namespace store
