#include "runtime/base64.hpp"

#include <gtest/gtest.h>

namespace runtime {
namespace {

TEST(Base64, AgreesWithRfc4648InBothDirections) {
  for (const auto& [bytes, text] :
       {std::pair{"f", "Zg=="}, std::pair{"fo", "Zm8="}, std::pair{"foo", "Zm9v"},
        std::pair{"foob", "Zm9vYg=="}, std::pair{"", ""}}) {
    EXPECT_EQ(encode_base64(bytes), text);
    EXPECT_EQ(decode_base64(text), bytes);
  }
}

TEST(Base64, KeepsEveryByteValue) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) {
    bytes += static_cast<char>(i);
  }
  EXPECT_EQ(decode_base64(encode_base64(bytes)), bytes);
}

TEST(Base64, RefusesWhatIsNotCanonical) {
  for (const char* const text : {"Zg", "Zg=", "Zg===", "Zh==", "Z===", "====", " Zm8=", "Zm8=\n",
                                 "Zm 8=", "Zm9vZg==Zg==", "Z-_v", "Zm9\xff"}) {
    EXPECT_EQ(decode_base64(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace runtime
