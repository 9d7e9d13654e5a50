#include "store/message_id.hpp"

#include <openssl/rand.h>

#include <stdexcept>

namespace store {

Uuid make_message_id(domain::Time now) {
  Uuid id{};
  if (RAND_bytes(reinterpret_cast<unsigned char*>(id.data()), static_cast<int>(id.size())) != 1) {
    throw std::runtime_error{"OpenSSL has no random bytes"};
  }
  const auto milliseconds = static_cast<std::uint64_t>(
      std::chrono::floor<std::chrono::milliseconds>(now).time_since_epoch().count());
  for (std::size_t at = 0; at < 6; ++at) {
    id[at] = static_cast<std::byte>(milliseconds >> (40 - 8 * at) & 0xFFU);
  }
  id[6] = std::byte{0x70} | (id[6] & std::byte{0x0F});
  id[8] = std::byte{0x80} | (id[8] & std::byte{0x3F});
  return id;
}

}  // namespace store
