#include "outbox/sender.hpp"

#include <gtest/gtest.h>

#include <future>

namespace outbox {
namespace {

using std::chrono::seconds;

// Answers what it is told to: the real ones are tested elsewhere, here it is what follows.
class EchoSink : public Sink {
 public:
  explicit EchoSink(SendResult result) : result_{std::move(result)} {}

  SendResult send(const Outgoing&) override { return result_; }

 private:
  SendResult result_;
};

SinkSpec spec_of(const SendResult& result) {
  SinkSpec spec;
  spec.name = "mail";
  spec.make = [result] { return std::make_unique<EchoSink>(result); };
  return spec;
}

const Sender::Time k_now{std::chrono::hours{1}};

void send_and_take_back(Sender& sender, int count) {
  for (int sent = 0; sent < count; ++sent) {
    std::promise<std::pair<Sink*, SendResult>> answer;
    sender.send({}, k_now, [&](Sink* sink, const SendResult& result) {
      answer.set_value({sink, result});
    });
    const auto [sink, result] = answer.get_future().get();
    sender.take_back(sink, result, k_now);
  }
}

TEST(SenderTest, FailuresInARowStopItForAWhile) {
  Sender sender{spec_of({SendStatus::retry, "network", std::nullopt, ""})};
  ASSERT_GT(sender.free_slots(k_now), 0);
  send_and_take_back(sender, CircuitBreaker::k_failures_to_open);
  EXPECT_EQ(sender.free_slots(k_now), 0);
  EXPECT_EQ(sender.free_slots(k_now + seconds{30}), 1);
}

TEST(SenderTest, MessagesThatHaveToWaitEachForThemselvesDoNotStopTheOthers) {
  SendResult greylisted{SendStatus::retry, "greylisted", std::nullopt, ""};
  greylisted.is_receiver_well = true;
  Sender sender{spec_of(greylisted)};
  send_and_take_back(sender, CircuitBreaker::k_failures_to_open * 2);
  EXPECT_GT(sender.free_slots(k_now), 0);
}

}  // namespace
}  // namespace outbox
