// What a request costs between its bytes and its place in the queue, and what the answer costs.

#include <benchmark/benchmark.h>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <variant>
#include <vector>

#include "bench/counted_heap.hpp"
#include "bench/webhook_samples.hpp"
#include "http/head_gate.hpp"
#include "http/route.hpp"

namespace bench {
namespace {

constexpr benchmark::IterationCount k_prepared_at_once = 256;

void head_gate(benchmark::State& state) {
  const std::string request = omise_request({1, Stage::succeeded, 0});
  const HeapMeter heap{state};
  for ([[maybe_unused]] auto iteration : state) {
    const auto scanned = http::scan_head(request);
    const auto gate = http::check_head(std::string_view{request}.substr(0, scanned.size));
    if (!std::holds_alternative<http::Framing>(gate)) {
      state.SkipWithError("refused");
    }
  }
}
BENCHMARK(head_gate);

// Beast's part of the same head, as the session makes use of it.
void head_parse(benchmark::State& state) {
  namespace beast_http = boost::beast::http;
  const std::string request = omise_request({1, Stage::succeeded, 0});
  const std::string_view head = head_of(request);
  const HeapMeter heap{state};
  for ([[maybe_unused]] auto iteration : state) {
    beast_http::request_parser<beast_http::string_body> parser;
    boost::system::error_code failure;
    parser.put(boost::asio::buffer(head), failure);
    if (failure || !parser.is_header_done()) {
      state.SkipWithError("not parsed");
    }
  }
}
BENCHMARK(head_parse);

// Route, authenticate, decode: from the whole request to what the queue takes.
void accept(benchmark::State& state) {
  const std::vector<providers::Source> sources{omise_source()};
  const http::Routes routes{sources, std::size_t{1} << 18U};
  const auto receipt = omise_receipt({1, Stage::succeeded, 0});
  HeapMeter heap{state};
  while (state.KeepRunningBatch(k_prepared_at_once)) {
    heap.pause();
    std::vector<http::Receipt> receipts(k_prepared_at_once, receipt);
    heap.resume();
    for (http::Receipt& one : receipts) {
      const auto route = http::find_route(one.head, routes);
      const auto& source = *std::get<const providers::Source*>(route);
      const auto accepted = http::accept(source, std::move(one));
      if (!std::holds_alternative<store::Delivery>(accepted)) {
        state.SkipWithError("refused");
      }
    }
  }
}
BENCHMARK(accept);

void answer_to_wire(benchmark::State& state) {
  const auto answer = http::answer_verdict(domain::Verdict::applied);
  const HeapMeter heap{state};
  for ([[maybe_unused]] auto iteration : state) {
    benchmark::DoNotOptimize(http::to_wire(answer));
  }
}
BENCHMARK(answer_to_wire);

}  // namespace
}  // namespace bench
