#include "domain/time.hpp"

#include <gtest/gtest.h>

namespace domain {
namespace {

TEST(TimeTest, ReadsEveryFormThatProvidersWrite) {
  const Time expected{std::chrono::seconds{1'556'532'214}};
  for (const char* text :
       {"2019-04-29T10:03:34Z", "2019-04-29t10:03:34z", "2019-04-29 10:03:34Z",
        "2019-04-29T17:03:34+07:00", "2019-04-29T10:03:34.000Z", "2019-04-29T05:33:34-04:30"}) {
    EXPECT_EQ(parse_rfc3339(text), expected) << text;
  }
}

TEST(TimeTest, KeepsMicrosecondsAndDropsWhatIsFiner) {
  EXPECT_EQ(*parse_rfc3339("1970-01-01T00:00:00.1234569Z"),
            Time{std::chrono::microseconds{123456}});
  EXPECT_EQ(*parse_rfc3339("1970-01-01T00:00:00.5Z"), Time{std::chrono::microseconds{500000}});
}

TEST(TimeTest, RefusesWhatIsNoPointInTime) {
  for (const char* text : {"",
                           "2019-04-29",
                           "2019-04-29T10:03:34",
                           "2019-02-29T00:00:00Z",
                           "2019-13-01T00:00:00Z",
                           "2019-04-31T00:00:00Z",
                           "2019-04-29T24:00:00Z",
                           "2019-04-29T10:60:00Z",
                           "2019-04-29T10:03:61Z",
                           "2019-04-29T10:03:34.Z",
                           "2019-04-29T10:03:34.0123456789Z",
                           "2019-04-29T10:03:34Z ",
                           " 2019-04-29T10:03:34Z",
                           "2019-04-29T10:03:34+0700",
                           "2019-04-29T10:03:34+07:60",
                           "0000-01-01T00:00:00Z",
                           "19-04-29T10:03:34Z",
                           "2019-04-29T10:03:34+24:00",
                           "9999-12-31T23:59:60Z",
                           "9999-12-31T23:59:59-23:59",
                           "0001-01-01T00:00:00+00:01",
                           "1556532214",
                           "2019-04-2xT10:03:34Z"}) {
    EXPECT_FALSE(parse_rfc3339(text)) << text;
  }
}

TEST(TimeTest, WritesWhatItReads) {
  for (const char* text :
       {"2019-04-29T10:03:34Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z",
        "1969-12-31T23:59:59.000001Z", "2024-02-29T00:00:00.100000Z"}) {
    EXPECT_EQ(format_rfc3339(*parse_rfc3339(text)), text);
  }
}

}  // namespace
}  // namespace domain
