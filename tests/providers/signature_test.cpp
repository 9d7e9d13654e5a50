#include "providers/signature.hpp"

#include <gtest/gtest.h>

namespace providers {
namespace {

TEST(Signature, ComputesSha256AsFips180) {
  EXPECT_EQ(to_hex(sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Signature, ComputesHmacAsRfc4231Case2) {
  EXPECT_EQ(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Signature, OfPartsIsThatOfTheWholeMessage) {
  EXPECT_EQ(hmac_sha256("key", {"1769853814", ".", "", "{}"}), hmac_sha256("key", "1769853814.{}"));
}

// The key of the message before must not be what is taken where there is none.
TEST(Signature, NeverUsesTheKeyOfAnotherMessage) {
  const auto with_key = hmac_sha256("key", "");
  const auto without = to_hex(hmac_sha256("", ""));
  EXPECT_EQ(without, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
  EXPECT_EQ(to_hex(hmac_sha256(std::string_view{}, "")), without);
  EXPECT_EQ(hmac_sha256("key", ""), with_key);
}

TEST(Signature, ReadsHexInBothCasesAndOnlyOfFullLength) {
  const auto digest = sha256("abc");
  std::string text = to_hex(digest);
  EXPECT_EQ(sha256_from_hex(text), digest);
  text[0] = 'B';
  EXPECT_EQ(sha256_from_hex(text), digest);
  text[0] = 'g';
  EXPECT_EQ(sha256_from_hex(text), std::nullopt);
  EXPECT_EQ(sha256_from_hex(to_hex(digest) + "00"), std::nullopt);
  EXPECT_EQ(sha256_from_hex(""), std::nullopt);
}

TEST(Signature, FindsADifferenceInAnyByte) {
  const auto digest = sha256("abc");
  EXPECT_TRUE(equal_in_constant_time(digest, digest));
  for (std::size_t i = 0; i < digest.size(); ++i) {
    auto other = digest;
    other[i] ^= std::byte{1};
    EXPECT_FALSE(equal_in_constant_time(digest, other)) << i;
  }
}

}  // namespace
}  // namespace providers
