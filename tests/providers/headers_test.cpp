#include <gtest/gtest.h>

#include "providers/json.hpp"
#include "providers/omise.hpp"
#include "providers/payjp.hpp"
#include "providers/source.hpp"

namespace providers {
namespace {

Headers headers_of(std::initializer_list<std::pair<std::string, std::string>> fields) {
  Headers headers;
  for (const auto& [name, value] : fields) {
    headers.add(name, value);
  }
  return headers;
}

TEST(Headers, FindsTheOnlyOneWhateverItsCase) {
  const Headers headers =
      headers_of({{"OMISE-signature", "a"}, {"Omise-Signature-Timestamp", "b"}});
  EXPECT_EQ(headers.only("Omise-Signature"), "a");
  EXPECT_EQ(headers.only("omise-signature-timestamp"), "b");
  EXPECT_EQ(headers.only("Omise"), std::nullopt);
}

TEST(Headers, HasNoOnlyOneAmongSeveral) {
  const Headers headers = headers_of({{"X-A", "1"}, {"x-a", "1"}});
  EXPECT_EQ(headers.only("X-A"), std::nullopt);
}

TEST(Headers, KeepsTheOrderOfArrival) {
  const Headers headers = headers_of({{"b", "1"}, {"a", "2"}});
  ASSERT_EQ(headers.all().size(), 2U);
  EXPECT_EQ(headers.all()[0].first, "b");
}

TEST(StorableHeaders, LeaveOutWhatHoldsSecrets) {
  const Headers headers = headers_of({{"X-PAYJP-Webhook-Token", "whook_secret"},
                                      {"Authorization", "Basic secret"},
                                      {"cookie", "session=secret"},
                                      {"Proxy-Authorization", "secret"},
                                      {"Content-Type", "application/json"},
                                      {"Omise-Signature", "abcd"}});
  const std::string text = storable_headers_json(k_payjp, headers);
  EXPECT_EQ(text, R"({"content-type":"application/json","omise-signature":"abcd"})");
}

TEST(StorableHeaders, KeepTheOmiseSignatureAsEvidence) {
  const Headers headers = headers_of({{"Omise-Signature", "abcd"}});
  EXPECT_EQ(storable_headers_json(k_omise, headers), R"({"omise-signature":"abcd"})");
}

TEST(StorableHeaders, JoinRepeatedNames) {
  const Headers headers = headers_of({{"Via", "one"}, {"X", "y"}, {"via", "two"}});
  EXPECT_EQ(storable_headers_json(k_omise, headers), R"({"via":"one, two","x":"y"})");
}

TEST(StorableHeaders, AreAnEmptyObjectWithoutHeaders) {
  EXPECT_EQ(storable_headers_json(k_omise, Headers{}), "{}");
}

TEST(StorableHeaders, AreJsonThatPostgresqlTakesWhateverTheBytes) {
  const Headers headers = headers_of({{"X", std::string("a\0b\xff\"", 5)}});
  const std::string text = storable_headers_json(k_omise, headers);
  EXPECT_EQ(Json::parse(text)["x"], "a\uFFFDb\uFFFD\"");
  EXPECT_EQ(text.find("\\u0000"), std::string::npos);
}

}  // namespace
}  // namespace providers
