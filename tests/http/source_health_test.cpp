#include "http/source_health.hpp"

#include <gtest/gtest.h>

#include "http/status_page.hpp"

namespace http {
namespace {

using namespace std::chrono_literals;

constexpr domain::Time k_start{1795291200s};  // 2026-11-21T20:00:00Z

TEST(SourceHealth, KnowsNothingAtFirst) {
  const SourceHealth health;
  EXPECT_EQ(health.last_good(), std::nullopt);
  EXPECT_EQ(health.last_rejected(), std::nullopt);
  EXPECT_EQ(health.rejected_in_hour(k_start), 0);
}

TEST(SourceHealth, CountsTheRejectionsOfTheLastHour) {
  SourceHealth health;
  health.note_rejected(k_start, "missing_signature");
  health.note_rejected(k_start + 30s, "wrong_signature");
  health.note_rejected(k_start + 40min, "wrong_signature");
  EXPECT_EQ(health.rejected_in_hour(k_start + 40min), 3);
  EXPECT_EQ(health.rejected_in_hour(k_start + 59min), 3);
  EXPECT_EQ(health.rejected_in_hour(k_start + 60min), 1);
  EXPECT_EQ(health.rejected_in_hour(k_start + 100min), 0);
  EXPECT_EQ(health.last_rejected(), k_start + 40min);
}

TEST(SourceHealth, CountsAMinuteAnewWhenItComesAgain) {
  SourceHealth health;
  for (int hour = 0; hour < 50; ++hour) {
    health.note_rejected(k_start + hour * 1h, "wrong_signature");
    EXPECT_EQ(health.rejected_in_hour(k_start + hour * 1h), 1);
  }
}

TEST(StatusPage, SaysHowEachConfiguredSourceIs) {
  std::vector<providers::Source> sources(2);
  sources[0].name = "omise-th";
  sources[1].name = "payjp-jp";
  std::map<std::string, SourceHealth> health;
  health["omise-th"].note_good(k_start);
  health["omise-th"].note_rejected(k_start + 1s, "wrong_signature");
  health["gone"].note_good(k_start);
  const ProcessStatus process{"1.2.3", k_start, {false, "FATAL: \xff"}, 7, k_start + 24h};
  EXPECT_EQ(status_page(process, sources, health, k_start + 2s),
            R"({"version":"1.2.3","started_at":"2026-11-21T20:00:00Z","ready":false,)"
            R"("reason":"FATAL: \ufffd","queue_events":7,)"
            R"("certificate_ends_at":"2026-11-22T20:00:00Z","sources":[)"
            R"({"name":"omise-th","last_good_event_at":"2026-11-21T20:00:00Z",)"
            R"("rejected_in_hour":1,"last_rejected_at":"2026-11-21T20:00:01Z",)"
            R"("last_rejection":"wrong_signature"},)"
            R"({"name":"payjp-jp","last_good_event_at":null,"rejected_in_hour":0,)"
            R"("last_rejected_at":null,"last_rejection":""}]})");
}

}  // namespace
}  // namespace http
