#include "http/webhook_watch.hpp"

#include <prometheus/registry.h>

#include <algorithm>

namespace http {
namespace {

using prometheus::BuildCounter;
using prometheus::BuildHistogram;

// Half a millisecond to what a provider waits; 2 s is what an alert looks at, 8 s when we give up.
const prometheus::Histogram::BucketBoundaries k_seconds{
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 8, 10};

// A label for each name that somebody thinks of would fill the memory of whoever reads them.
std::string known_type(const providers::Source& source, const std::string& type) {
  const auto& known = source.provider->event_types;
  return std::ranges::find(known, type) == known.end() ? "other" : type;
}

}  // namespace

WebhookWatch::WebhookWatch(prometheus::Registry& registry)
    : answers_{BuildCounter()
                   .Name("refundd_webhook_answers_total")
                   .Help("Answers to webhook requests, by HTTP status; source is empty where none "
                         "is named")
                   .Register(registry)},
      events_{BuildCounter()
                  .Name("refundd_webhook_events_total")
                  .Help("Committed events, by what they were decided to be")
                  .Register(registry)},
      authentication_failures_{BuildCounter()
                                   .Name("refundd_webhook_authentication_failures_total")
                                   .Help("Requests whose sender did not prove to be the provider")
                                   .Register(registry)},
      seconds_{BuildHistogram()
                   .Name("refundd_ingest_seconds")
                   .Help("From a whole webhook request to its answer")
                   .Register(registry)
                   .Add({}, k_seconds)} {}

void WebhookWatch::note_answer(const std::string& source, int status) {
  answers_.Add({{"source", source}, {"status", std::to_string(status)}}).Increment();
}

void WebhookWatch::note_rejected(const std::string& source, std::string_view reason,
                                 domain::Time now) {
  authentication_failures_.Add({{"source", source}, {"reason", std::string{reason}}}).Increment();
  health_[source].note_rejected(now, reason);
}

void WebhookWatch::note_committed(const providers::Source& source, const std::string& event_type,
                                  domain::Verdict verdict, domain::Time now) {
  events_
      .Add({{"source", source.name},
            {"type", known_type(source, event_type)},
            {"verdict", std::string{domain::to_string(verdict)}}})
      .Increment();
  health_[source.name].note_good(now);
}

}  // namespace http
