#include "reads/reads_metrics.hpp"

#include <prometheus/registry.h>

namespace reads {

ReadsMetrics::ReadsMetrics(prometheus::Registry& registry)
    : answers_{prometheus::BuildCounter()
                   .Name("refundd_provider_answers_total")
                   .Help("What the providers' APIs answered about single refunds and lists")
                   .Register(registry)},
      recovered_{prometheus::BuildCounter()
                     .Name("refundd_recovered_total")
                     .Help("Events and refunds that only reading the provider's API brought here")
                     .Register(registry)} {}

void ReadsMetrics::note_answer(const std::string& source, std::string_view outcome) {
  answers_.Add({{"source", source}, {"outcome", std::string{outcome}}}).Increment();
}

void ReadsMetrics::note_recovered(const std::string& source, std::string_view what,
                                  std::size_t count) {
  recovered_.Add({{"source", source}, {"what", std::string{what}}})
      .Increment(static_cast<double>(count));
}

void ReadsMetrics::begin_with(const std::string& source) {
  for (const char* outcome :
       {"agrees", "news", "disputed", "overtaken", "unclear", "listed", "authentication",
        "rate_limited", "server", "network", "unreadable"}) {
    answers_.Add({{"source", source}, {"outcome", outcome}});
  }
  for (const char* what : {"event", "refund"}) {
    recovered_.Add({{"source", source}, {"what", what}});
  }
}

}  // namespace reads
