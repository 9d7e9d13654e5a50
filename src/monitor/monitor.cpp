#include "monitor/monitor.hpp"

#include <prometheus/gauge.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include "monitor/database_watch.hpp"
#include "runtime/wall_clock.hpp"

namespace monitor {
namespace {

using prometheus::BuildGauge;

void describe_process(prometheus::Registry& registry, const std::string& version) {
  BuildGauge()
      .Name("refundd_build_info")
      .Help("The version of this process")
      .Register(registry)
      .Add({{"version", version}})
      .Set(1);
  const auto started_at =
      std::chrono::duration<double>{runtime::wall_clock_now().time_since_epoch()};
  BuildGauge()
      .Name("process_start_time_seconds")
      .Help("Since 1970, when this process was started")
      .Register(registry)
      .Add({})
      .Set(started_at.count());
}

}  // namespace

Monitor::Monitor(boost::asio::io_context& loop, const Options& options)
    : registry_{std::make_shared<prometheus::Registry>()},
      watch_{std::make_unique<DatabaseWatch>(loop, options.database_url)} {
  describe_process(*registry_, options.version);
}

Monitor::~Monitor() = default;

void Monitor::start() {
  watch_->start();
}

void Monitor::stop() {
  watch_->stop();
}

std::string Monitor::page(
    const std::map<std::string, std::optional<domain::Time>>& last_good_events) const {
  const Snapshot& snapshot = watch_->snapshot();
  const domain::Time now = runtime::wall_clock_now();
  auto families = registry_->Collect();
  for (auto& family : figures_metrics(snapshot, now)) {
    families.push_back(std::move(family));
  }
  families.push_back(silence_metric(snapshot.last_events, last_good_events, now));
  const std::chrono::duration<double> age = std::chrono::steady_clock::now() - snapshot.read_at;
  families.push_back(gauge_metric("refundd_database_figures_age_seconds",
                                  "Since the figures of the database were read", age.count()));
  return prometheus::TextSerializer{}.Serialize(families);
}

}  // namespace monitor
