#include "http/route.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace http {
namespace {

constexpr std::size_t k_body_max = 100;

class RouteTest : public testing::Test {
 protected:
  RouteTest() {
    sources_.resize(2);
    sources_[0].name = "omise-th";
    sources_[1].name = "payjp-jp";
  }

  [[nodiscard]] Route route(const RequestHead& head) const {
    return find_route(head, {sources_, k_body_max, /*has_operator_pages=*/false});
  }

  // 0: nothing refused.
  [[nodiscard]] int refusal(const RequestHead& head) const {
    const Route found = route(head);
    const auto* answer = std::get_if<Answer>(&found);
    return answer != nullptr ? answer->status : 0;
  }

  std::vector<providers::Source> sources_;
};

RequestHead request(std::string method, std::string target) {
  RequestHead head;
  head.method = std::move(method);
  head.target = std::move(target);
  return head;
}

RequestHead json_post(std::string target) {
  RequestHead head = request("POST", std::move(target));
  head.headers.add("Content-Type", "application/json");
  return head;
}

TEST_F(RouteTest, FindsTheSourceByItsName) {
  const Route found = route(json_post("/webhooks/payjp-jp"));
  EXPECT_EQ(std::get<const providers::Source*>(found), &sources_[1]);
}

TEST_F(RouteTest, IgnoresTheQuery) {
  EXPECT_EQ(refusal(json_post("/webhooks/omise-th?x=/y")), 0);
  EXPECT_EQ(refusal(request("GET", "/healthz?")), 0);
}

TEST_F(RouteTest, KnowsNoOtherPath) {
  for (const char* path :
       {"/", "/webhooks", "/webhooks/", "/webhooks/omise", "/webhooks/omise-th/", "/healthz/",
        "/webhooks/OMISE-TH", "/Webhooks/omise-th", "//webhooks/omise-th", "/webhooks/omise%2dth",
        "/webhooks/../healthz", "/webhooks/omise-th#x", "/metrics"}) {
    EXPECT_EQ(refusal(json_post(path)), 404) << path;
    EXPECT_EQ(refusal(request("GET", path)), 404) << path;
  }
}

TEST_F(RouteTest, ShowsTheOperatorsPagesToOperatorsOnly) {
  const std::pair<const char*, Probe> pages[] = {{"/metrics", Probe::metrics},
                                                 {"/status", Probe::status}};
  for (const auto& [path, page] : pages) {
    EXPECT_EQ(refusal(request("GET", path)), 404) << path;
    const Route found = find_route(request("GET", path), {{}, 0, /*has_operator_pages=*/true});
    ASSERT_TRUE(std::holds_alternative<Probe>(found)) << path;
    EXPECT_EQ(std::get<Probe>(found), page);
  }
}

TEST_F(RouteTest, HasNoWebhooksWithoutSources) {
  const Route found = find_route(json_post("/webhooks/omise-th"), Routes{});
  EXPECT_EQ(std::get<Answer>(found).status, 404);
}

TEST_F(RouteTest, TakesOnlyPostForAWebhook) {
  for (const char* method : {"GET", "HEAD", "PUT", "OPTIONS", "post"}) {
    const Route found = route(request(method, "/webhooks/omise-th"));
    EXPECT_EQ(std::get<Answer>(found).status, 405) << method;
    EXPECT_EQ(std::get<Answer>(found).allow, "POST");
  }
}

TEST_F(RouteTest, TakesOnlyGetAndHeadForAProbe) {
  EXPECT_EQ(std::get<Probe>(route(request("GET", "/healthz"))), Probe::health);
  EXPECT_EQ(std::get<Probe>(route(request("HEAD", "/readyz"))), Probe::readiness);
  const Route found = route(request("POST", "/readyz"));
  EXPECT_EQ(std::get<Answer>(found).status, 405);
  EXPECT_EQ(std::get<Answer>(found).allow, "GET, HEAD");
}

TEST_F(RouteTest, MatchesTheMediaTypeWithoutCaseAndParameters) {
  for (const char* type : {"application/json", "Application/JSON; charset=utf-8",
                           "application/json ;charset=utf-8", "application/json;"}) {
    RequestHead head = request("POST", "/webhooks/omise-th");
    head.headers.add("content-type", type);
    EXPECT_EQ(refusal(head), 0) << type;
  }
}

TEST_F(RouteTest, RefusesAnyOtherMediaType) {
  for (const char* type : {"", "text/json", "application/jsonp", "application/json, text/plain",
                           "application/problem+json", "\"application/json\""}) {
    RequestHead head = request("POST", "/webhooks/omise-th");
    head.headers.add("content-type", type);
    EXPECT_EQ(refusal(head), 415) << type;
  }
  EXPECT_EQ(refusal(request("POST", "/webhooks/omise-th")), 415);
}

TEST_F(RouteTest, RefusesTwoMediaTypes) {
  RequestHead head = json_post("/webhooks/omise-th");
  head.headers.add("content-type", "application/json");
  EXPECT_EQ(refusal(head), 415);
}

TEST_F(RouteTest, TakesABodyUpToItsLimit) {
  RequestHead head = json_post("/webhooks/omise-th");
  head.framing.content_length = k_body_max;
  EXPECT_EQ(refusal(head), 0);
  head.framing.content_length = k_body_max + 1;
  EXPECT_EQ(refusal(head), 413);
}

TEST_F(RouteTest, RefusesInAFixedOrder) {
  RequestHead head = request("PUT", "/nowhere");
  head.framing.content_length = k_body_max + 1;
  EXPECT_EQ(refusal(head), 404);
  head.target = "/webhooks/omise-th";
  EXPECT_EQ(refusal(head), 405);
  head.method = "POST";
  EXPECT_EQ(refusal(head), 415);
  head.headers.add("content-type", "application/json");
  EXPECT_EQ(refusal(head), 413);
}

}  // namespace
}  // namespace http
