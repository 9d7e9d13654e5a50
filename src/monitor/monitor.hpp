// What `GET /metrics` shows: the counters of all parts of this process, what the database says, and
// the process itself.
//
// Lives on the event-loop thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "domain/time.hpp"

namespace prometheus {
class Registry;
}

namespace monitor {

class DatabaseWatch;

struct Options {
  std::string database_url;
  std::string version;
};

class Monitor {
 public:
  /// `loop` must outlive it.
  Monitor(boost::asio::io_context& loop, const Options& options);
  ~Monitor();

  /// Where every part of the process counts.
  [[nodiscard]] const std::shared_ptr<prometheus::Registry>& registry() const { return registry_; }

  /// Begins to read the database.
  void start();

  /// In Prometheus' text format. `last_good_events`: of each source that there is, as this process
  /// saw them.
  [[nodiscard]] std::string page(
      const std::map<std::string, std::optional<domain::Time>>& last_good_events) const;

  /// Reads no more, and cuts what is being read. Runs the loop until that has ended. Precondition:
  /// the loop is not running.
  void stop();

 private:
  std::shared_ptr<prometheus::Registry> registry_;
  std::unique_ptr<DatabaseWatch> watch_;
};

}  // namespace monitor
