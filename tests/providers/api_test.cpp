#include "providers/api.hpp"

#include <gtest/gtest.h>

#include "providers/decoding.hpp"
#include "runtime/base64.hpp"

namespace providers {
namespace {

const TimeRange k_range{at("2026-01-01T00:00:00Z"), at("2026-01-02T00:00:00Z")};

TEST(OmiseApi, AsksWithTheKeyAsUserAndAVersion) {
  const auto lines = k_omise_api.header_lines("skey_1");
  EXPECT_EQ(lines.at(0), "Authorization: Basic " + runtime::encode_base64("skey_1:"));
  EXPECT_EQ(lines.at(1), "Omise-Version: 2019-05-29");
}

TEST(OmiseApi, CannotAskForARefundWhoseChargeIsNotKnown) {
  EXPECT_EQ(k_omise_api.refund_path("rfnd_1", ""), "");
  EXPECT_EQ(k_omise_api.refund_path("rfnd_1", "chrg_1"), "/charges/chrg_1/refunds/rfnd_1");
}

TEST(OmiseApi, PagesChronologicallyWithAFixedEnd) {
  const std::string first = k_omise_api.refunds_path(k_range);
  EXPECT_EQ(first,
            "/refunds?limit=100&order=chronological&from=2026-01-01T00%3A00%3A00Z"
            "&to=2026-01-02T00%3A00%3A00Z");
  ApiPage page;
  page.items.resize(100);
  page.total = 150;
  EXPECT_EQ(k_omise_api.next_path(first, page, 100), first + "&offset=100");
  page.items.resize(50);
  EXPECT_EQ(k_omise_api.next_path(first, page, 150), "");
}

TEST(OmiseApi, APageThatDoesNotSayHowTheListGoesOnIsNotItsEnd) {
  ApiPage page;
  page.total = 150;
  EXPECT_EQ(k_omise_api.next_path("/refunds?limit=100", page, 100), std::nullopt) << "empty";
  page.items.resize(50);
  page.total.reset();
  EXPECT_EQ(k_omise_api.next_path("/refunds?limit=100", page, 50), std::nullopt) << "no total";
}

TEST(OmiseApi, AnEventWasAnsweredWhereADeliveryGot2xx) {
  const auto answered = [](const std::string& deliveries) {
    return k_omise_api.was_answered({"e", {}, R"({"webhook_deliveries":)" + deliveries + "}"});
  };
  EXPECT_EQ(answered(R"([{"status":503},{"status":200}])"), true);
  EXPECT_EQ(answered(R"([{"status":503}])"), false);
  EXPECT_EQ(answered("[]"), std::nullopt);
}

TEST(PayjpApi, AsksWithABearerToken) {
  EXPECT_EQ(k_payjp_api.header_lines("sk_1").at(0), "Authorization: Bearer sk_1");
  EXPECT_EQ(k_payjp_api.refund_path("re_1", ""), "/v2/payment_refunds/re_1");
}

TEST(PayjpApi, PagesFromTheNewestByTheLastId) {
  const std::string first = k_payjp_api.events_path(k_range);
  ApiPage page;
  page.items = {{"evnt_2", {}, "{}"}, {"evnt_1", {}, "{}"}};
  page.has_more = true;
  EXPECT_EQ(k_payjp_api.next_path(first, page, 2), "/v2/events?limit=100&starting_after=evnt_1");
  page.has_more = false;
  EXPECT_EQ(k_payjp_api.next_path(first, page, 2), "");
  page.has_more.reset();
  EXPECT_EQ(k_payjp_api.next_path(first, page, 2), std::nullopt);
  page.has_more = true;
  page.items.back().id.clear();
  EXPECT_EQ(k_payjp_api.next_path(first, page, 2), std::nullopt);
  page.items.clear();
  EXPECT_EQ(k_payjp_api.next_path(first, page, 2), std::nullopt);
}

TEST(PayjpApi, AnEventWasAnsweredWhereNoWebhookIsPending) {
  EXPECT_EQ(k_payjp_api.was_answered({"e", {}, R"({"pending_webhooks":0})"}), true);
  EXPECT_EQ(k_payjp_api.was_answered({"e", {}, R"({"pending_webhooks":1})"}), false);
  EXPECT_EQ(k_payjp_api.was_answered({"e", {}, "{}"}), std::nullopt);
}

TEST(Api, AnIdIsOneSegmentOfAPath) {
  EXPECT_EQ(path_segment("a/../b?c=d#e%"), "a%2F..%2Fb%3Fc%3Dd%23e%25");
}

TEST(Api, APageIsAnObjectWithAListOfObjects) {
  const auto page = parse_page(
      R"({"object":"list","total":2,"has_more":true,"data":[{"id":"a","created_at":"2026-01-01T00:00:00Z","n":1.5},{"id":7}]})");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->total, 2);
  EXPECT_EQ(page->has_more, true);
  EXPECT_EQ(page->items.at(0).id, "a");
  EXPECT_EQ(page->items.at(0).created_at, k_range.from);
  EXPECT_EQ(page->items.at(1).id, "");
  EXPECT_EQ(page->items.at(0).json, R"({"created_at":"2026-01-01T00:00:00Z","id":"a","n":1.5})");
}

TEST(Api, WhatIsNoListIsNoPage) {
  for (const char* const body :
       {"", "[]", "{}", R"({"data":{}})", R"({"data":[1]})", R"({"data":[{"id":"a"}])", "<html>"}) {
    EXPECT_FALSE(parse_page(body)) << body;
  }
}

}  // namespace
}  // namespace providers
