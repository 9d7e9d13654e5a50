// Random damage to real bodies: whatever comes in, a decoder answers and keeps its promises.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <random>

#include "providers/decoding.hpp"
#include "providers/fields.hpp"

namespace providers {
namespace {

constexpr std::array k_fixtures{
    "omise_current",         "omise_older",       "omise_expanded_charge",
    "omise_charge_complete", "payjp_current",     "payjp_minimal",
    "payjp_requires_action", "payjp_older_names", "payjp_payment_flow"};

constexpr std::array<std::string_view, 24> k_parts{"null",
                                                   "true",
                                                   "-1",
                                                   "0",
                                                   "1e400",
                                                   "1e30",
                                                   "18446744073709551615",
                                                   "\"\"",
                                                   "[]",
                                                   "{}",
                                                   "[[",
                                                   "}}",
                                                   "\"",
                                                   ",",
                                                   ":",
                                                   "\\u0000",
                                                   "\\",
                                                   "\"id\":",
                                                   "\"status\":",
                                                   "\"amount\":",
                                                   "\xff",
                                                   "\xEF\xBB\xBF",
                                                   "\"data\":{",
                                                   " "};

class Mutator {
 public:
  explicit Mutator(std::uint32_t seed) : random_{seed} {}

  std::string mutate(std::string body) {
    for (std::size_t left = 1 + below(4); left > 0 && !body.empty(); --left) {
      const std::size_t at = below(body.size());
      const std::size_t count = below(std::min<std::size_t>(body.size() - at, 12) + 1);
      switch (below(4)) {
        case 0:
          body[at] = static_cast<char>(below(256));
          break;
        case 1:
          body.erase(at, count);
          break;
        case 2:
          body.insert(at, body.substr(below(body.size()), count));
          break;
        default:
          body.replace(at, count, k_parts[below(k_parts.size())]);
      }
    }
    return body;
  }

  std::size_t below(std::size_t limit) { return random_() % limit; }

 private:
  std::mt19937 random_;
};

void expect_promises_kept(const Decoded& decoded) {
  if (const auto* const refused = std::get_if<NotAnEvent>(&decoded)) {
    ASSERT_FALSE(refused->reason.empty());
    return;
  }
  const auto& event = std::get<domain::Event>(decoded);
  ASSERT_TRUE(is_id(event.event_id));
  ASSERT_FALSE(event.event_type.empty());
  ASSERT_TRUE(event.refund_id.empty() || is_id(event.refund_id));
  ASSERT_TRUE(event.charge_id.empty() || is_id(event.charge_id));
  const bool applies = event.disposition == domain::Disposition::apply;
  ASSERT_EQ(applies, event.refund || event.charge);
  ASSERT_EQ(applies, event.reason.empty());
  ASSERT_EQ(event.disposition == domain::Disposition::quarantined, event.anomaly.has_value());
  if (event.refund) {
    ASSERT_FALSE(event.refund->refund_id.empty());
    ASSERT_TRUE(!event.refund->amount || event.refund->amount->amount_minor > 0);
  }
  if (event.charge) {
    ASSERT_FALSE(event.charge->charge_id.empty());
    ASSERT_TRUE(!event.charge->amount || event.charge->amount->amount_minor > 0);
  }
}

TEST(Mutation, NeverMakesADecoderThrowOrBreakItsPromises) {
  const std::uint32_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  RecordProperty("seed", std::to_string(seed));
  std::printf("seed %u\n", seed);
  Mutator mutator{seed};
  std::vector<std::string> bodies;
  std::ranges::transform(k_fixtures, std::back_inserter(bodies), fixture);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{1};
  for (int i = 0; i < 20'000 && std::chrono::steady_clock::now() < end; ++i) {
    const std::string body = mutator.mutate(bodies[mutator.below(bodies.size())]);
    SCOPED_TRACE(body);
    for (const auto decode : {decode_omise, decode_payjp}) {
      ASSERT_NO_THROW(expect_promises_kept(decode(body, live_options())));
      if (HasFatalFailure()) {
        return;
      }
    }
  }
}

}  // namespace
}  // namespace providers
