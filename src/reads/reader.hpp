// Asks the providers: catches up after gaps, polls what stays pending, confirms what customers are
// to hear.
//
// Each source whose API may be asked has a thread and a database connection of its own: a provider
// that hangs holds up nobody else. What is read goes the way of all events (ingest::commit).
// Several instances on one database share the work by leases.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "providers/source.hpp"
#include "reads/schedule.hpp"

namespace prometheus {
class Registry;
}

namespace reads {

struct ReadSource {
  providers::Source source;  // without `api`: only made known to the database
  ReadPolicy policy;
};

struct ReaderOptions {
  std::string database_url;
  std::vector<ReadSource> sources;
  /// Called after each commit, from the readers' threads: there may be something to tell.
  std::function<void()> committed{};
  /// Where it is counted. Null: in one of its own.
  std::shared_ptr<prometheus::Registry> registry{};
};

class Reader {
 public:
  /// Make it before any webhook is accepted: what comes later does not count as the last known
  /// point of a source that was never read.
  explicit Reader(ReaderOptions options);
  /// Stops, where stop() was not called.
  ~Reader();
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  void start();

  /// Other sources from now on. What is asked right now is cut; returns at once.
  void reconfigure(std::vector<ReadSource> sources);

  /// Asks nothing more, and cuts what is being asked. Returns at once.
  void begin_stop();

  /// begin_stop, and returns when all threads have ended: a few seconds at most.
  void stop();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace reads
