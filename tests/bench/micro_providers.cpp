// What it costs to know who sent a webhook, and to read what it says.

#include <benchmark/benchmark.h>

#include <variant>

#include "bench/counted_heap.hpp"
#include "bench/webhook_samples.hpp"

namespace bench {
namespace {

void authenticate_omise(benchmark::State& state) {
  const auto source = omise_source();
  const auto receipt = omise_receipt({1, Stage::succeeded, 0});
  const auto options = authenticate_options(source);
  const HeapMeter heap{state};
  for ([[maybe_unused]] auto iteration : state) {
    const auto authenticity =
        source.provider->authenticate(receipt.head.headers, receipt.body, options);
    if (authenticity.trust != providers::Trust::trusted) {
      state.SkipWithError("not trusted");
    }
  }
}
BENCHMARK(authenticate_omise);

void decode(benchmark::State& state, const providers::Source& source, const std::string& body) {
  const auto options = decode_options(source);
  const HeapMeter heap{state};
  for ([[maybe_unused]] auto iteration : state) {
    const auto decoded = source.provider->decode(body, options);
    const auto* const event = std::get_if<domain::Event>(&decoded);
    if (event == nullptr || event->disposition != domain::Disposition::apply || !event->refund) {
      state.SkipWithError("not decoded");
    }
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(body.size()));
}

void decode_omise(benchmark::State& state) {
  decode(state, omise_source(), omise_receipt({1, Stage::succeeded, 0}).body);
}
BENCHMARK(decode_omise);

void decode_payjp(benchmark::State& state) {
  decode(state, payjp_source(), payjp_body());
}
BENCHMARK(decode_payjp);

}  // namespace
}  // namespace bench
