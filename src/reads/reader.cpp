#include "reads/reader.hpp"

#include <prometheus/registry.h>

#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

#include "reads/catch_up.hpp"
#include "reads/poll.hpp"
#include "runtime/log.hpp"
#include "runtime/wall_clock.hpp"
#include "store/failure.hpp"
#include "store/source_reads.hpp"

namespace reads {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds k_look_interval{1000};
constexpr std::chrono::seconds k_schedule_interval_max{20};
constexpr std::chrono::seconds k_pause_after_fault{60};
constexpr std::chrono::seconds k_database_pause_max{20};
constexpr int k_doublings_max = 10;
// Then the lists have their turn.
constexpr int k_batches_max = 10;
constexpr const char* k_utc = "UTC";

/// Waits so long, less where it is asked to stop. false: it was.
bool pause(const std::stop_token& stop, std::chrono::milliseconds duration) {
  if (duration.count() > 0) {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock{mutex};
    never.wait_for(lock, stop, duration, [] { return false; });
  }
  return !stop.stop_requested();
}

/// One source's thread.
class SourceLoop {
 public:
  /// `known_until`: what was received later says nothing about what was missed before.
  SourceLoop(const ReadSource& source, const ReaderOptions& options, ReadsMetrics& metrics,
             domain::Time known_until, std::stop_token stop)
      : source_{source},
        options_{options},
        metrics_{metrics},
        known_until_{known_until},
        stop_{std::move(stop)},
        client_{source.source,
                [this](std::chrono::milliseconds duration) { return pause(stop_, duration); }} {
    metrics_.begin_with(source_.source.name);
  }

  void run() {
    do {
      try {
        look();
      } catch (const ProviderAway& away) {
        note_away(away);
      } catch (const store::Failure& failure) {
        note_lost_database(failure.what());
      } catch (const std::exception& error) {
        note_fault(error.what());
      }
    } while (pause(stop_, k_look_interval));
  }

 private:
  void look() {
    if (SteadyClock::now() < blocked_until_) {
      return;
    }
    connect();
    const ReadContext context{source_.source, source_.policy, client_,           *connection_,
                              metrics_,       clock_,         options_.committed};
    poll(context);  // first, because somebody waits for it
    if (SteadyClock::now() >= lists_blocked_until_ && catch_up(context, is_gap_)) {
      is_gap_ = false;
      count_next_day(context);
      note_well();
    }
    note_database_well();
  }

  void connect() {
    if (connection_) {
      return;
    }
    store::ConnectionOptions options;
    options.url = options_.database_url;
    options.application_name = "refundd-reads";
    options.plans_by_key = true;
    connection_.emplace(options);
    save_source(source_.source.time_zone);
    remember_source(*connection_, source_.source.name, known_until_, clock_());
  }

  // Views need the time zone; one that PostgreSQL does not know must not stop the reading.
  void save_source(const std::string& time_zone) {
    const providers::Source& source = source_.source;
    try {
      save_sources(*connection_,
                   {{source.name, std::string{source.provider->name}, source.livemode, time_zone}},
                   clock_());
    } catch (const store::Failure& failure) {
      if (failure.kind() != store::FailureKind::rejected || time_zone == k_utc) {
        throw;
      }
      runtime::log_error("the source's time zone is not known to PostgreSQL: its days are UTC's",
                         {{"source", source.name}, {"time_zone", time_zone}});
      save_source(k_utc);
    }
  }

  void poll(const ReadContext& context) {
    if (SteadyClock::now() >= next_schedule_) {
      schedule_new(context);
      next_schedule_ =
          SteadyClock::now() +
          std::min<SteadyClock::duration>(source_.policy.poll.front() / 5, k_schedule_interval_max);
    }
    for (int batch = 0; batch < k_batches_max && poll_due(context); ++batch) {
    }
  }

  void note_well() {
    if (!problem_.empty()) {
      runtime::log_info("the provider's API answers again", {{"source", source_.source.name}});
    }
    problem_.clear();
    failures_ = 0;
  }

  // One line for each kind of trouble, however long it lasts: a wrong key is one alarm.
  void note_away(const ProviderAway& away) {
    const providers::ApiError& error = away.error;
    if (error.kind == providers::ApiErrorKind::stopped) {
      return;
    }
    const auto delay = backoff_after(source_.policy, failures_++, error.retry_after);
    auto& blocked_until = away.only_lists ? lists_blocked_until_ : blocked_until_;
    blocked_until = SteadyClock::now() + delay;
    const std::string kind{to_string(error.kind)};
    if (kind != problem_) {
      const auto log = error.kind == providers::ApiErrorKind::authentication ? runtime::log_error
                                                                             : runtime::log_warn;
      log("the provider's API cannot be read",
          {{"source", source_.source.name}, {"kind", kind}, {"error", error.text}});
    }
    problem_ = kind;
    try {
      // The lists are read when it answers again, whenever their turn would have been.
      fail_pass(*connection_, source_.source.name, {kind, error.text, clock_() + delay});
      note_database_well();
    } catch (const store::Failure& failure) {
      note_lost_database(failure.what());
    }
  }

  void note_database_well() {
    is_database_away_ = false;
    database_failures_ = 0;
  }

  void note_lost_database(const std::string& problem) {
    if (!is_database_away_) {
      runtime::log_warn("reading the provider's API waits for the database",
                        {{"source", source_.source.name}, {"error", problem}});
    }
    is_database_away_ = true;
    connection_.reset();
    is_gap_ = true;
    blocked_until_ =
        SteadyClock::now() + std::min<SteadyClock::duration>(
                                 k_look_interval * (1 << database_failures_), k_database_pause_max);
    database_failures_ = std::min(database_failures_ + 1, k_doublings_max);
  }

  // Nothing that is expected: the other parts of the daemon go on, and so does this one, slowly.
  void note_fault(const char* what) {
    runtime::log_error("reading the provider's API failed",
                       {{"source", source_.source.name}, {"error", what}});
    connection_.reset();
    is_gap_ = true;
    blocked_until_ = SteadyClock::now() + k_pause_after_fault;
  }

  const ReadSource& source_;
  const ReaderOptions& options_;
  ReadsMetrics& metrics_;
  domain::Time known_until_;
  std::stop_token stop_;
  const ingest::Clock clock_ = runtime::wall_clock_now;
  providers::ApiClient client_;
  std::optional<store::Connection> connection_;
  bool is_gap_ = true;  // nobody knows how long this process was away
  bool is_database_away_ = false;
  int database_failures_ = 0;
  int failures_ = 0;
  std::string problem_;  // the kind of the last error; empty: none
  SteadyClock::time_point blocked_until_{};
  SteadyClock::time_point lists_blocked_until_{};
  SteadyClock::time_point next_schedule_{};
};

}  // namespace

class Reader::Impl {
 public:
  explicit Impl(ReaderOptions options)
      : options_{std::move(options)},
        registry_{options_.registry ? options_.registry : std::make_shared<prometheus::Registry>()},
        metrics_{*registry_} {}

  ~Impl() { stop(); }

  void start() {
    started_ = true;
    for (const ReadSource& source : options_.sources) {
      if (source.source.api) {
        threads_.emplace_back([this, source](const std::stop_token& stop) {
          try {
            SourceLoop{source, options_, metrics_, made_at_, stop}.run();
          } catch (const std::exception& error) {
            runtime::log_error("the provider's API is not read",
                               {{"source", source.source.name}, {"error", error.what()}});
          }
        });
      }
    }
  }

  void reconfigure(std::vector<ReadSource> sources) {
    options_.sources = std::move(sources);
    if (!started_) {
      return;
    }
    begin_stop();
    // They end by themselves; stop() waits for them.
    std::ranges::move(threads_, std::back_inserter(retired_));
    threads_.clear();
    start();
  }

  void begin_stop() {
    for (std::jthread& thread : threads_) {
      thread.request_stop();
    }
  }

  void stop() {
    begin_stop();
    threads_.clear();
    retired_.clear();
  }

 private:
  ReaderOptions options_;
  std::shared_ptr<prometheus::Registry> registry_;
  ReadsMetrics metrics_;
  // Before any webhook is accepted.
  domain::Time made_at_ = runtime::wall_clock_now();
  bool started_ = false;
  std::vector<std::jthread> threads_;
  std::vector<std::jthread> retired_;
};

Reader::Reader(ReaderOptions options) : impl_{std::make_unique<Impl>(std::move(options))} {}

Reader::~Reader() = default;

void Reader::start() {
  impl_->start();
}

void Reader::reconfigure(std::vector<ReadSource> sources) {
  impl_->reconfigure(std::move(sources));
}

void Reader::begin_stop() {
  impl_->begin_stop();
}

void Reader::stop() {
  impl_->stop();
}

}  // namespace reads
