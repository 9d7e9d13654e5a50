#include "store/report_keys.hpp"

#include <gtest/gtest.h>

#include "domain/samples.hpp"
#include "store/failure.hpp"

namespace store {
namespace {

TEST(ReportKeysTest, AreReadAsTheyWereWritten) {
  const auto main = key_of(samples::report(domain::RefundStatus::failed, 1, "e1"));
  const auto other = key_of(samples::report(domain::RefundStatus::pending, 0, "e0"));
  const std::vector keys{main, other, main, other};
  EXPECT_EQ(unpack_keys(main, pack_keys(main, keys), keys.size()), keys);
}

TEST(ReportKeysTest, TakeNoRoomWhereTheyAreTheSame) {
  const auto main = key_of(samples::report(domain::RefundStatus::failed, 1, "e1"));
  EXPECT_EQ(pack_keys(main, std::vector{main, main, main}), "\t\t");
}

TEST(ReportKeysTest, RefuseATextOfAnotherLength) {
  const domain::ReportKey main;
  EXPECT_THROW(unpack_keys(main, "\t", 3), Failure);
  EXPECT_THROW(unpack_keys(main, "\t\t\t", 3), Failure);
  EXPECT_THROW(unpack_keys(main, "x\t\t", 3), Failure);
}

}  // namespace
}  // namespace store
