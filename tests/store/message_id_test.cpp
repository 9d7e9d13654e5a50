#include "store/message_id.hpp"

#include <gtest/gtest.h>

#include <set>

#include "domain/samples.hpp"

namespace store {
namespace {

int byte_of(const Uuid& id, std::size_t at) {
  return std::to_integer<int>(id[at]);
}

TEST(MessageIdTest, IsAUuidOfVersion7) {
  for (int attempt = 0; attempt < 100; ++attempt) {
    const Uuid id = make_message_id(samples::at(attempt));
    EXPECT_EQ(byte_of(id, 6) >> 4, 7);
    EXPECT_EQ(byte_of(id, 8) >> 6, 2);  // the variant of RFC 9562
  }
}

TEST(MessageIdTest, BeginsWithTheMilliseconds) {
  const Uuid id = make_message_id(*domain::parse_rfc3339("2022-02-22T19:22:22.000999Z"));
  const Uuid example{std::byte{0x01}, std::byte{0x7F}, std::byte{0x22},
                     std::byte{0xE2}, std::byte{0x79}, std::byte{0xB0}};  // RFC 9562, A.6
  EXPECT_TRUE(std::equal(id.begin(), id.begin() + 6, example.begin()));
}

TEST(MessageIdTest, SortsByTime) {
  Uuid before{};
  for (int millisecond = 0; millisecond < 1000; ++millisecond) {
    const Uuid id = make_message_id(samples::at(0) + std::chrono::milliseconds{millisecond});
    EXPECT_LT(before, id) << millisecond;
    before = id;
  }
}

TEST(MessageIdTest, NoTwoAreAlikeAtOneTime) {
  constexpr std::size_t k_count = 10'000;
  std::set<Uuid> ids;
  while (ids.size() < k_count) {
    ASSERT_TRUE(ids.insert(make_message_id(samples::at(0))).second) << ids.size();
  }
  // Every bit that is neither time, version nor variant is random.
  for (std::size_t at = 6; at < 16; ++at) {
    std::set<int> values;
    for (const Uuid& id : ids) {
      values.insert(byte_of(id, at));
    }
    EXPECT_EQ(values.size(), at == 6 ? 16U : at == 8 ? 64U : 256U) << at;
  }
}

}  // namespace
}  // namespace store
