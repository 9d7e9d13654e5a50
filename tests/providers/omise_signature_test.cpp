// Who may say something in Omise's name.
#include <gtest/gtest.h>

#include "providers/decoding.hpp"
#include "providers/signature.hpp"

namespace providers {
namespace {

using std::chrono::microseconds;
using std::chrono::seconds;

constexpr const char* k_secret_base64 = "b21pc2Utd2ViaG9vay10ZXN0LXNlY3JldC0zMmJ5dGU=";
constexpr const char* k_timestamp = "1700000000";
constexpr const char* k_body = R"({"a":1})";
// By `openssl dgst -sha256 -mac HMAC` over k_timestamp.k_body.
constexpr const char* k_signature =
    "2cae3115dd0bbe487862a01abeedcfd70982dfbcfbdd7555cdfd30aa71893228";

const domain::Time k_signed_at{seconds{1'700'000'000}};

class OmiseSignature : public testing::Test {
 protected:
  Authenticity authenticate(domain::Time now = k_signed_at) const {
    Headers headers;
    for (const auto& [name, value] : fields) {
      headers.add(name, value);
    }
    return k_omise.authenticate(headers, body, {secrets, seconds{300}, now});
  }

  void set_signature(const std::string& value) { fields[0].second = value; }
  void set_timestamp(const std::string& value) { fields[1].second = value; }

  Secrets secrets{k_omise.parse_secret(k_secret_base64).value()};
  std::string body = k_body;
  std::vector<std::pair<std::string, std::string>> fields{
      {"Omise-Signature", k_signature}, {"Omise-Signature-Timestamp", k_timestamp}};
};

TEST_F(OmiseSignature, TrustsThePinnedVector) {
  EXPECT_EQ(k_omise.sign(k_body, secrets, k_signed_at).at(1).second, k_signature);
  EXPECT_EQ(authenticate().trust, Trust::trusted);
  EXPECT_EQ(authenticate().signed_at, k_signed_at);
}

TEST_F(OmiseSignature, ReadsUpperCaseHex) {
  std::string upper = k_signature;
  for (char& c : upper) {
    c = c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  set_signature(upper);
  EXPECT_EQ(authenticate().trust, Trust::trusted);
}

TEST_F(OmiseSignature, RefusesAChangedBodyTimeOrSecret) {
  body = R"({"a":2})";
  EXPECT_EQ(authenticate().trust, Trust::wrong_signature);
  body = std::string{k_body} + "\n";
  EXPECT_EQ(authenticate().trust, Trust::wrong_signature);
  body = k_body;
  set_timestamp("1700000001");
  EXPECT_EQ(authenticate().trust, Trust::wrong_signature);
  EXPECT_EQ(authenticate().signed_at, std::nullopt);
  set_timestamp(k_timestamp);
  secrets = {"another secret"};
  EXPECT_EQ(authenticate().trust, Trust::wrong_signature);
  secrets = {};
  EXPECT_EQ(authenticate().trust, Trust::wrong_signature);
}

TEST_F(OmiseSignature, RefusesTheSecretAsItStandsInBase64) {
  secrets = {k_secret_base64};
  EXPECT_EQ(authenticate().trust, Trust::wrong_signature);
}

TEST_F(OmiseSignature, RefusesEveryFlippedDigit) {
  for (std::size_t i = 0; i < 64; ++i) {
    std::string flipped = k_signature;
    flipped[i] = flipped[i] == '0' ? '1' : '0';
    set_signature(flipped);
    EXPECT_EQ(authenticate().trust, Trust::wrong_signature) << i;
  }
}

TEST_F(OmiseSignature, IsTrustedInAnyPlaceDuringRotation) {
  const std::string other = to_hex(sha256("other"));
  for (const std::string& list :
       {other + "," + k_signature, k_signature + std::string{","} + other,
        other + " ,\t " + k_signature, other + "," + other + "," + k_signature}) {
    set_signature(list);
    EXPECT_EQ(authenticate().trust, Trust::trusted) << list;
  }
}

TEST_F(OmiseSignature, IsTrustedForEverySecretDuringRotation) {
  const std::string good = secrets[0];
  for (const Secrets& several :
       {Secrets{"new", good}, Secrets{good, "new"}, Secrets{"one", good, "two"}}) {
    secrets = several;
    EXPECT_EQ(authenticate().trust, Trust::trusted);
  }
  secrets = {"new", "newer"};
  EXPECT_EQ(authenticate().trust, Trust::wrong_signature);
}

TEST_F(OmiseSignature, PassesOverEntriesThatAreNoSignature) {
  set_signature(std::string{"v2=new,,"} + k_signature);
  EXPECT_EQ(authenticate().trust, Trust::trusted);
}

TEST_F(OmiseSignature, ComparesAtMostEight) {
  const std::string other = to_hex(sha256("other")) + ",";
  std::string list;
  for (int i = 0; i < 7; ++i) {
    list += other;
  }
  set_signature(list + k_signature);
  EXPECT_EQ(authenticate().trust, Trust::trusted);
  set_signature(list + other + k_signature);
  EXPECT_EQ(authenticate().trust, Trust::malformed_signature);
}

TEST_F(OmiseSignature, RefusesMalformedSignatures) {
  for (const std::string& bad :
       {std::string{}, std::string{","}, std::string{" "}, std::string{"abc"}, std::string(64, 'g'),
        std::string{k_signature} + "0", "0x" + std::string{k_signature},
        std::string{k_signature} + ";" + k_signature}) {
    set_signature(bad);
    EXPECT_EQ(authenticate().trust, Trust::malformed_signature) << bad;
  }
}

TEST_F(OmiseSignature, RefusesMalformedTimes) {
  for (const char* const bad : {"", " ", "-1700000000", "+1700000000", "1700000000.0", "1.7e9",
                                "1700000000 ", "0x6553f100", "1234567890123", "now"}) {
    set_timestamp(bad);
    EXPECT_EQ(authenticate().trust, Trust::malformed_signature) << bad;
  }
}

TEST_F(OmiseSignature, RefusesMissingHeaders) {
  const auto both = fields;
  fields = {both[0]};
  EXPECT_EQ(authenticate().trust, Trust::missing_signature);
  fields = {both[1]};
  EXPECT_EQ(authenticate().trust, Trust::missing_signature);
  fields = {};
  EXPECT_EQ(authenticate().trust, Trust::missing_signature);
}

TEST_F(OmiseSignature, RefusesDuplicateHeaders) {
  const auto both = fields;
  fields.emplace_back("omise-signature", k_signature);
  EXPECT_EQ(authenticate().trust, Trust::missing_signature);
  fields = both;
  fields.emplace_back("omise-signature-timestamp", k_timestamp);
  EXPECT_EQ(authenticate().trust, Trust::missing_signature);
}

TEST_F(OmiseSignature, IsLateBeyondTheToleranceOnBothSides) {
  for (const int sign : {-1, 1}) {
    EXPECT_EQ(authenticate(k_signed_at + sign * seconds{300}).trust, Trust::trusted) << sign;
    const auto late = authenticate(k_signed_at + sign * (seconds{300} + microseconds{1}));
    EXPECT_EQ(late.trust, Trust::late) << sign;
    EXPECT_EQ(late.signed_at, k_signed_at) << sign;
  }
}

TEST_F(OmiseSignature, IsNotLateButWrongWhenItIsBoth) {
  body = "{}";
  EXPECT_EQ(authenticate(k_signed_at + std::chrono::hours{1}).trust, Trust::wrong_signature);
}

TEST_F(OmiseSignature, OfTheFarthestTimeIsLate) {
  const domain::Time farthest{seconds{999'999'999'999}};
  set_timestamp("999999999999");
  set_signature(k_omise.sign(body, secrets, farthest).at(1).second);
  EXPECT_EQ(authenticate().trust, Trust::late);
}

}  // namespace
}  // namespace providers
