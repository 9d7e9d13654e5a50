#include "store/audit_chain.hpp"

#include <openssl/sha.h>

#include <string_view>

namespace store {
namespace {

void append(std::string& bytes, std::string_view field) {
  bytes += std::to_string(field.size());
  bytes += ':';
  bytes += field;
}

void append(std::string& bytes, std::int64_t number) {
  append(bytes, std::to_string(number));
}

void append(std::string& bytes, domain::Time time) {
  append(bytes, time.time_since_epoch().count());
}

}  // namespace

domain::Sha256 entry_hash(const AuditEntry& entry, const domain::Sha256& previous) {
  std::string bytes = "refundd audit entry 1\n";
  bytes.append(reinterpret_cast<const char*>(previous.data()), previous.size());
  append(bytes, entry.chain_index);
  append(bytes, entry.recorded_at);
  append(bytes, entry.occurred_at);
  for (const std::string* field :
       {&entry.source, &entry.refund_id, &entry.charge_id, &entry.order_id, &entry.event_id,
        &entry.evidence, &entry.verdict, &entry.status_before, &entry.status_after}) {
    append(bytes, *field);
  }
  append(bytes, entry.amount_minor ? std::to_string(*entry.amount_minor) : "");
  for (const std::string* field : {&entry.currency, &entry.reason, &entry.user_id,
                                   &entry.ip_address, &entry.user_agent, &entry.notes}) {
    append(bytes, *field);
  }
  if (!entry.request_id.empty()) {
    append(bytes, entry.request_id);
  }
  domain::Sha256 hash{};
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
         reinterpret_cast<unsigned char*>(hash.data()));
  return hash;
}

}  // namespace store
