#include "commands/audit_export.hpp"

#include <gtest/gtest.h>

namespace {

using commands::AuditSince;
using commands::parse_audit_since;

TEST(AuditSinceTest, IsAnIdOrATime) {
  const auto time = *domain::parse_rfc3339("2026-01-31T00:00:00Z");
  EXPECT_EQ(parse_audit_since("1200"), AuditSince{std::int64_t{1200}});
  EXPECT_EQ(parse_audit_since("20260131"), AuditSince{std::int64_t{20260131}});
  EXPECT_EQ(parse_audit_since("2026-01-31"), AuditSince{time});
  EXPECT_EQ(parse_audit_since("2026-01-31T07:00:00+07:00"), AuditSince{time});
  for (const char* text :
       {"", "0", "-1", "1.5", "12x", "2026-02-30", "yesterday", "99999999999999999999"}) {
    EXPECT_EQ(parse_audit_since(text), std::nullopt) << text;
  }
}

}  // namespace
