#include "ingest/database_thread.hpp"

#include <boost/asio/post.hpp>

#include "runtime/log.hpp"
#include "store/failure.hpp"
#include "store/partitions.hpp"

namespace ingest {
namespace {

// The default partition takes what has no month of its own, so a failure here loses nothing.
void make_partitions(store::Connection& connection, domain::Time now) {
  try {
    for (const std::string& partition : store::make_payload_partitions(connection, now)) {
      runtime::log_info("made a partition ahead", {{"table", partition}});
    }
  } catch (const store::Failure& failure) {
    if (failure.connection_lost()) {
      throw;
    }
    runtime::log_error("a partition of webhook_payloads could not be made",
                       {{"error", failure.what()}});
  }
}

}  // namespace

DatabaseThread::DatabaseThread(boost::asio::io_context& loop, std::string database_url, Clock clock,
                               Events events)
    : loop_{loop},
      clock_{std::move(clock)},
      events_{std::move(events)},
      job_deadline_{loop},
      reconnect_timer_{loop},
      jobs_open_{jobs_.get_executor()},
      thread_{[this] { run_jobs(); }} {
  options_.url = std::move(database_url);
  options_.plans_by_key = true;
  connect();
}

DatabaseThread::~DatabaseThread() {
  stop();
  thread_.join();
}

void DatabaseThread::run_jobs() {
  jobs_.run();
  boost::asio::post(loop_, [this] { has_ended_ = true; });
}

void DatabaseThread::stop() {
  stopping_ = true;
  reconnect_timer_.cancel();
  jobs_open_.reset();
  if (interrupter_) {
    interrupter_->interrupt();
  }
}

// A session that was still being opened when stop() came is cut as soon as it is known.
void DatabaseThread::remember(std::shared_ptr<const store::Interrupter> interrupter) {
  interrupter_ = std::move(interrupter);
  watch_job();  // opening has limits of its own
  if (stopping_) {
    interrupter_->interrupt();
  }
}

void DatabaseThread::commit(std::vector<store::Delivery> deliveries,
                            std::function<void(std::vector<Outcome>)> done) {
  auto work = [this, batch = std::move(deliveries), done = std::move(done)]() mutable {
    CommitResult result = ingest::commit(*connection_, batch, clock_);
    auto finish = [this, result = std::move(result), done = std::move(done)]() mutable {
      for (const auto& [kind, count] : result.failures) {
        events_.failed(kind, count);
      }
      if (result.connection_problem.empty()) {
        finish_job(State::idle);
      } else {
        lose_connection(result.connection_problem);
      }
      done(std::move(result.outcomes));
    };
    boost::asio::post(loop_, std::move(finish));
  };
  start_job(State::busy, std::move(work));
}

void DatabaseThread::check() {
  start_job(State::busy, [this] { check_connection(); });
}

void DatabaseThread::connect() {
  start_job(State::away, [this] { open_connection(); });
}

void DatabaseThread::start_job(State state, std::function<void()> work) {
  state_ = state;
  busy_since_ = std::chrono::steady_clock::now();
  watch_job();
  boost::asio::post(jobs_, std::move(work));
}

void DatabaseThread::watch_job() {
  job_deadline_.expires_after(k_job_time_max);
  job_deadline_.async_wait([this](const boost::system::error_code& error) {
    if (!error && interrupter_) {
      runtime::log_error("the database does not answer: its connection is cut");
      interrupter_->interrupt();
    }
  });
}

void DatabaseThread::finish_job(State state) {
  job_deadline_.cancel();
  state_ = state;
}

void DatabaseThread::open_connection() {
  connection_.reset();
  try {
    connection_.emplace(options_);
  } catch (const store::Failure& failure) {
    auto finish = [this, kind = failure.kind(), problem = std::string{failure.what()}] {
      fail_check(kind, problem);
    };
    boost::asio::post(loop_, std::move(finish));
    return;
  }
  auto known = [this, interrupter = connection_->interrupter()] { remember(interrupter); };
  boost::asio::post(loop_, std::move(known));
  check_connection();
}

void DatabaseThread::check_connection() {
  store::SchemaState schema;
  try {
    schema = store::check_schema(*connection_);
    if (schema.usable) {
      make_partitions(*connection_, clock_());
    }
  } catch (const store::Failure& failure) {
    auto finish = [this, kind = failure.kind(), problem = std::string{failure.what()}] {
      fail_check(kind, problem);
    };
    boost::asio::post(loop_, std::move(finish));
    return;
  }
  auto finish = [this, schema = std::move(schema)] { finish_check(schema); };
  boost::asio::post(loop_, std::move(finish));
}

void DatabaseThread::fail_check(store::FailureKind kind, const std::string& problem) {
  events_.failed(kind, 1);
  lose_connection(problem);
}

void DatabaseThread::finish_check(store::SchemaState schema) {
  if (!schema.usable) {
    lose_connection(schema.reason);
  } else {
    if (state_ == State::away) {
      runtime::log_info("connected to the database");
      events_.connected();
    }
    if (!schema.durable && schema.reason != schema_.reason) {
      runtime::log_error("the database is not durable", {{"reason", schema.reason}});
    }
    schema_ = std::move(schema);
    finish_job(State::idle);
  }
  events_.changed();
}

// The first attempt comes at once, the next ones after a delay.
void DatabaseThread::lose_connection(const std::string& problem) {
  const bool was_away = state_ == State::away;
  if (problem != schema_.reason && !stopping_) {
    runtime::log_error("the database is away", {{"reason", problem}});
  }
  schema_ = {false, false, problem};
  interrupter_.reset();
  finish_job(State::away);
  if (stopping_) {
    return;
  }
  if (!was_away) {
    connect();
  } else {
    reconnect_timer_.expires_after(k_reconnect_delay);
    reconnect_timer_.async_wait([this](const boost::system::error_code& error) {
      if (!error && !stopping_) {
        connect();
      }
    });
  }
  events_.changed();
}

}  // namespace ingest
