#include "providers/registry.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "providers/omise.hpp"
#include "providers/payjp.hpp"

namespace providers {
namespace {

TEST(Registry, ListsEveryProviderByName) {
  ASSERT_EQ(all().size(), 2U);
  EXPECT_EQ(all()[0], &k_omise);
  EXPECT_EQ(all()[1], &k_payjp);
  EXPECT_TRUE(std::ranges::is_sorted(all(), {}, &Provider::name));
}

TEST(Registry, FindsByExactName) {
  EXPECT_EQ(find("omise"), &k_omise);
  EXPECT_EQ(find("payjp"), &k_payjp);
  EXPECT_EQ(find("Omise"), nullptr);
  EXPECT_EQ(find(""), nullptr);
}

TEST(Registry, EveryProviderIsComplete) {
  for (const Provider* const provider : all()) {
    EXPECT_FALSE(provider->secret_files_key.empty()) << provider->name;
    EXPECT_FALSE(provider->event_types.empty()) << provider->name;
    EXPECT_NE(provider->parse_secret, nullptr) << provider->name;
    EXPECT_NE(provider->authenticate, nullptr) << provider->name;
    EXPECT_NE(provider->decode, nullptr) << provider->name;
    EXPECT_FALSE(provider->id_prefixes.refund.empty()) << provider->name;
    EXPECT_NE(provider->make_body, nullptr) << provider->name;
    EXPECT_NE(provider->sign, nullptr) << provider->name;
  }
}

TEST(Registry, KnowsTheLimitsThatProvidersState) {
  EXPECT_EQ(k_omise.limits.refunds_per_charge_max, 14);
  EXPECT_EQ(k_omise.limits.card_window_days, 365);
  EXPECT_EQ(k_payjp.limits.refunds_per_charge_max, std::nullopt);
  EXPECT_EQ(k_payjp.limits.card_window_days, 180);
  EXPECT_EQ(k_omise.evidence, domain::Evidence::signed_webhook);
  EXPECT_EQ(k_payjp.evidence, domain::Evidence::token_webhook);
}

TEST(OmiseSecret, IsDecodedFromBase64) {
  EXPECT_EQ(k_omise.parse_secret("b21pc2Utd2ViaG9vay10ZXN0LXNlY3JldC0zMmJ5dGU="),
            "omise-webhook-test-secret-32byte");
  EXPECT_EQ(k_omise.parse_secret(""), std::nullopt);
  EXPECT_EQ(k_omise.parse_secret("not base64!"), std::nullopt);
  EXPECT_EQ(k_omise.parse_secret("b21pc2U"), std::nullopt);
}

TEST(PayjpToken, IsVisibleAsciiAsItStands) {
  EXPECT_EQ(k_payjp.parse_secret("whook_1234567890abcdef"), "whook_1234567890abcdef");
  for (const char* const bad : {"", "two words", "tab\there", "newline\n", "caf\xc3\xa9"}) {
    EXPECT_EQ(k_payjp.parse_secret(bad), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace providers
