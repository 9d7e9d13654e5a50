#include <gtest/gtest.h>

#include "store/audit_chain.hpp"
#include "store/audit_verify.hpp"
#include "store/database.hpp"

namespace store {
namespace {

using enum domain::RefundStatus;

// Two refunds with three entries each.
void fill(const Database& database) {
  auto connection = database.connect();
  int number = 0;
  for (const char* refund_id : {"rfnd_1", "rfnd_2"}) {
    for (const auto status : {pending, successful, failed}) {
      auto report = samples::report(status, number, "e" + std::to_string(number));
      report.refund_id = refund_id;
      apply(connection, {delivery_of(report)});
      ++number;
    }
  }
}

AuditReport verify(const Database& database) {
  auto connection = database.connect();
  return verify_audit(connection);
}

TEST(AuditVerifyTest, AnUntouchedTrailHasNoFault) {
  const Database database;
  fill(database);
  const auto report = verify(database);
  EXPECT_EQ(report.refund_count, 2);
  EXPECT_EQ(report.entry_count, 6);
  EXPECT_TRUE(report.faults.empty());
}

TEST(AuditVerifyTest, EveryTamperingIsNamedWhereItHappened) {
  struct Case {
    const char* tampering;
    std::int64_t chain_index;
    const char* fault;
  };
  const Case cases[] = {
      {"UPDATE refund_audit SET amount_minor = 1 WHERE refund_id = 'rfnd_1' AND chain_index = 2", 2,
       "edited"},
      {"UPDATE refund_audit SET notes = 'x' WHERE refund_id = 'rfnd_1' AND chain_index = 3", 3,
       "edited"},
      {"UPDATE refund_audit SET ip_address = '192.0.2.8' WHERE refund_id = 'rfnd_1' "
       "AND chain_index = 1",
       1, "edited"},
      {"UPDATE refund_audit SET occurred_at = 'infinity' WHERE refund_id = 'rfnd_1' "
       "AND chain_index = 2",
       2, "cannot be read"},
      {"DELETE FROM refund_audit WHERE refund_id = 'rfnd_1' AND chain_index = 2", 2, "missing"},
      {"DELETE FROM refund_audit WHERE refund_id = 'rfnd_1' AND chain_index = 3", 3,
       "missing at the end"},
      {"DELETE FROM refund_audit WHERE refund_id = 'rfnd_1'", 1, "missing at the end"},
      {"INSERT INTO refund_audit (recorded_at, occurred_at, source, refund_id, event_id, evidence, "
       "verdict, status_after, chain_index, previous_hash, entry_hash) "
       "SELECT now(), now(), source, refund_id, 'forged', evidence, verdict, status_after, 4, "
       "entry_hash, entry_hash FROM refund_audit WHERE refund_id = 'rfnd_1' AND chain_index = 3",
       4, "edited"},
      {"DELETE FROM refunds WHERE refund_id = 'rfnd_1'", 3, "own row is missing"},
  };
  for (const Case& example : cases) {
    SCOPED_TRACE(example.tampering);
    const Database database;
    fill(database);
    database.run(example.tampering);
    const auto report = verify(database);
    ASSERT_EQ(report.faults.size(), 1);
    EXPECT_EQ(report.faults.front().refund_id, "rfnd_1");
    EXPECT_EQ(report.faults.front().chain_index, example.chain_index);
    EXPECT_NE(report.faults.front().fault.find(example.fault), std::string::npos)
        << report.faults.front().fault;
  }
}

// Someone who can compute hashes rewrites the whole chain: the refund's own row still remembers.
TEST(AuditVerifyTest, ARewrittenLastEntryDoesNotFitTheRefund) {
  const Database database;
  fill(database);
  database.run("UPDATE refunds SET audit_hash = sha256('x') WHERE refund_id = 'rfnd_2'");
  const auto report = verify(database);
  ASSERT_EQ(report.faults.size(), 1);
  EXPECT_EQ(report.faults.front().fault, "the last entry is not the one that the refund remembers");
}

std::string hex_of(const domain::Sha256& hash) {
  std::string text;
  for (const std::byte byte : hash) {
    char digits[3];
    std::snprintf(digits, sizeof digits, "%02x", std::to_integer<unsigned>(byte));
    text += digits;
  }
  return text;
}

// Computed apart from this code, by its description: entries that were written years ago must fit.
TEST(AuditChainTest, AnEntryHasTheSameHashForEver) {
  AuditEntry entry;
  entry.source = "omise-th";
  entry.refund_id = "rfnd_1";
  entry.event_id = "evnt_1";
  entry.amount_minor = 100;
  entry.currency = "THB";
  EXPECT_EQ(hex_of(entry_hash(entry, k_chain_start)),
            "77add4adbabd490470f689857782dce5f2112765f4bc414a52e9f0bf1e65f7ad");
  entry.request_id = "5e-1";
  EXPECT_EQ(hex_of(entry_hash(entry, k_chain_start)),
            "3f2e2781f8ad77a1baf86446b0bed6cc053e4be8ce8abec900ac4b5ac7201be4");
}

TEST(AuditChainTest, NoTwoEntriesGiveTheSameBytes) {
  AuditEntry entry;
  entry.reason = "ab";
  entry.user_id = "c";
  AuditEntry shifted;
  shifted.reason = "a";
  shifted.user_id = "bc";
  EXPECT_NE(entry_hash(entry, k_chain_start), entry_hash(shifted, k_chain_start));
  AuditEntry without_amount;
  AuditEntry with_amount;
  with_amount.amount_minor = 0;
  EXPECT_NE(entry_hash(without_amount, k_chain_start), entry_hash(with_amount, k_chain_start));
}

}  // namespace
}  // namespace store
