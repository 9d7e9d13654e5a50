#include "http/listener_gauges.hpp"

#include <prometheus/registry.h>

#include <chrono>
#include <ratio>

namespace http {

using prometheus::BuildGauge;

ListenerGauges::ListenerGauges(prometheus::Registry& registry)
    : ready_{BuildGauge()
                 .Name("refundd_ready")
                 .Help("1: may take traffic, as /readyz says")
                 .Register(registry)},
      connections_{BuildGauge()
                       .Name("refundd_http_connections")
                       .Help("Open connections")
                       .Register(registry)},
      limits_{BuildGauge()
                  .Name("refundd_http_connections_limit")
                  .Help("How many connections at most; further ones wait in the kernel")
                  .Register(registry)},
      certificate_days_{BuildGauge()
                            .Name("refundd_certificate_days_left")
                            .Help("Until the listener's certificate ends; absent without TLS")
                            .Register(registry)} {}

void ListenerGauges::set_ready(bool ready) {
  ready_.Add({}).Set(ready ? 1 : 0);
}

void ListenerGauges::set_connections(const char* listener, std::size_t count, std::size_t limit) {
  connections_.Add({{"listener", listener}}).Set(static_cast<double>(count));
  limits_.Add({{"listener", listener}}).Set(static_cast<double>(limit));
}

void ListenerGauges::set_certificate_end(domain::Time end, domain::Time now) {
  using Days = std::chrono::duration<double, std::chrono::days::period>;
  certificate_days_.Add({}).Set(Days{end - now}.count());
}

}  // namespace http
