#include "outbox/sender.hpp"

#include <boost/asio/post.hpp>

#include "outbox/background.hpp"
#include "runtime/log.hpp"

namespace outbox {

Sender::Sender(const SinkSpec& spec)
    : name_{spec.name},
      rate_{spec.rate_per_second},
      threads_{static_cast<std::size_t>(spec.concurrency)} {
  for (int number = 0; number < spec.concurrency; ++number) {
    connections_.push_back(spec.make());
    idle_.push_back(connections_.back().get());
  }
}

Sender::~Sender() {
  threads_.join();
}

int Sender::free_slots(Time now) {
  const int idle_count = static_cast<int>(idle_.size());
  return rate_.allow(breaker_.allow(idle_count, now), now);
}

void Sender::send(Outgoing message, Time now, std::function<void(Sink*, SendResult)> done) {
  Sink* sink = idle_.back();
  idle_.pop_back();
  breaker_.begin(now);
  rate_.take();
  auto work = [sink, message = std::move(message), done = std::move(done)] {
    give_way();
    done(sink, sink->send(message));
  };
  boost::asio::post(threads_, std::move(work));
}

void Sender::take_back(Sink* sink, const SendResult& result, Time now) {
  idle_.push_back(sink);
  const bool was_open = breaker_.is_open();
  if (result.status == SendStatus::retry && !result.is_receiver_well) {
    breaker_.fail(now);
  } else {
    breaker_.succeed();
  }
  if (breaker_.is_open() && !was_open) {
    runtime::log_error("a sink is left alone for a while",
                       {{"sink", name_}, {"error", result.error}});
  } else if (was_open && !breaker_.is_open()) {
    runtime::log_info("a sink answers again", {{"sink", name_}});
  }
}

}  // namespace outbox
