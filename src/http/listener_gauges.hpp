// What the listeners are doing, for Prometheus: set when it is read.
#pragma once

#include <prometheus/family.h>
#include <prometheus/gauge.h>

#include <optional>

#include "domain/time.hpp"

namespace prometheus {
class Registry;
}

namespace http {

class ListenerGauges {
 public:
  /// `registry` must outlive it.
  explicit ListenerGauges(prometheus::Registry& registry);

  void set_ready(bool ready);
  void set_connections(const char* listener, std::size_t count, std::size_t limit);
  void set_certificate_end(domain::Time end, domain::Time now);

 private:
  prometheus::Family<prometheus::Gauge>& ready_;
  prometheus::Family<prometheus::Gauge>& connections_;
  prometheus::Family<prometheus::Gauge>& limits_;
  prometheus::Family<prometheus::Gauge>& certificate_days_;
};

}  // namespace http
