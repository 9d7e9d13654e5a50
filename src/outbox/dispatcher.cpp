#include "outbox/dispatcher.hpp"

#include <prometheus/registry.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <random>
#include <thread>

#include "outbox/audit_exporter.hpp"
#include "outbox/background.hpp"
#include "outbox/finish_queue.hpp"
#include "outbox/outbox_metrics.hpp"
#include "outbox/pass_timer.hpp"
#include "outbox/send_outcome.hpp"
#include "outbox/senders.hpp"
#include "runtime/log.hpp"
#include "runtime/wall_clock.hpp"
#include "store/failure.hpp"
#include "store/release_messages.hpp"
#include "store/sweep_pending.hpp"

namespace outbox {
namespace {

using SteadyClock = std::chrono::steady_clock;

// How many messages that are not routed yet one claim looks at: those of a busy sink then move into
// its queue and out of the way.
constexpr int k_new_messages_per_claim = 64;

// Limits are hours: a minute more or less is nothing.
constexpr std::chrono::seconds k_sweep_interval{60};

void log_dead(const store::DueMessage& message, const std::string& sink, const std::string& error) {
  runtime::log_error("a message is dead: nobody will be told", {{"message_id", message.message_id},
                                                                {"template", message.template_name},
                                                                {"refund_id", message.refund_id},
                                                                {"sink", sink},
                                                                {"attempts", message.attempts},
                                                                {"error", error}});
}

}  // namespace

class Dispatcher::Impl {
 public:
  Impl(DispatcherOptions options, std::shared_ptr<prometheus::Registry> registry)
      : options_{std::move(options)},
        registry_{registry ? std::move(registry) : std::make_shared<prometheus::Registry>()},
        metrics_{*registry_},
        timer_{loop_, [this] { pass(); }},
        loop_open_{loop_.get_executor()},
        senders_{Senders::make(options_.sinks)} {
    metrics_.begin_with(senders_.names());
    if (!options_.audit_file.empty()) {
      audit_exporter_.emplace(options_.audit_file);
    }
  }

  ~Impl() { stop(); }

  void start() {
    timer_.request();
    thread_ = std::thread{[this] {
      give_way();
      loop_.run();
    }};
  }

  void wake() {
    boost::asio::post(loop_, [this] { timer_.take_hint(); });
  }

  void reconfigure(DispatcherOptions options) {
    auto senders = Senders::make(options.sinks);
    auto take_over = [this, options = std::move(options), senders = std::move(senders)]() mutable {
      options.database_url = options_.database_url;
      options.audit_file = options_.audit_file;
      options_ = std::move(options);
      senders_.replace(std::move(senders));
      metrics_.begin_with(senders_.names());
      sinks_changed_ = true;
      timer_.request();
    };
    boost::asio::post(loop_, std::move(take_over));
  }

  void reopen_files() {
    if (audit_exporter_) {
      boost::asio::post(loop_, [this] { audit_exporter_->reopen(); });
    }
  }

  void begin_stop() {
    auto last_pass = [this] {
      stopping_ = true;
      timer_.request();
    };
    boost::asio::post(loop_, std::move(last_pass));
  }

  void stop() {
    if (thread_.joinable()) {
      begin_stop();
      thread_.join();
    }
  }

 private:
  void pass() {
    timer_.begin_pass(options_.poll_interval);
    try {
      open_connection();
      if (sinks_changed_) {
        release_messages();
      }
      finishes_.write(*connection_);
      if (!stopping_) {
        sweep();
        claim();
        if (audit_exporter_ && audit_exporter_->export_entries(*connection_)) {
          timer_.request();
        }
      }
      note_success();
    } catch (const store::Failure& failure) {
      note_failure(failure);
    }
    senders_.forget_replaced();
    timer_.end_pass();
    if (stopping_ && is_at_rest()) {
      timer_.stop_polling();
      loop_open_.reset();
    }
  }

  // What could not be written down is sent again when its lease has ended: rather twice than never.
  [[nodiscard]] bool is_at_rest() const {
    const bool has_written = finishes_.is_empty() || !connection_;
    return has_written && senders_.are_idle();
  }

  void open_connection() {
    if (connection_) {
      return;
    }
    store::ConnectionOptions options;
    options.url = options_.database_url;
    options.application_name = "refundd-outbox";
    options.plans_by_key = true;
    connection_.emplace(options);
    if (audit_exporter_) {
      audit_exporter_->use_new_connection();
    }
    sinks_changed_ = true;  // since whoever was here before us
  }

  // Those that wait for a sink that is no more are routed anew.
  void release_messages() {
    store::release_unknown_sinks(*connection_, senders_.names());
    sinks_changed_ = false;
  }

  void note_success() {
    if (!problem_.empty()) {
      runtime::log_info("the outbox goes on");
      problem_.clear();
    }
  }

  void note_failure(const store::Failure& failure) {
    if (problem_ != failure.what()) {
      problem_ = failure.what();
      runtime::log_error("the outbox cannot go on for now", {{"error", problem_}});
    }
    if (failure.connection_lost() || !failure.may_pass()) {
      connection_.reset();
    } else {
      timer_.request();
    }
  }

  void sweep() {
    const auto now = SteadyClock::now();
    if (now < next_sweep_) {
      return;
    }
    next_sweep_ = now + k_sweep_interval;
    const int written =
        store::sweep_pending(*connection_, options_.pending_limits, runtime::wall_clock_now());
    if (written > 0) {
      runtime::log_info("refunds do not move: support is told", {{"count", written}});
    }
  }

  void claim() {
    const auto steady_now = SteadyClock::now();
    store::ClaimRequest request;
    request.now = runtime::wall_clock_now();
    request.lease = options_.lease;
    auto free_slots = senders_.free_slots(steady_now);
    request.counts = free_slots;
    request.counts[""] = k_new_messages_per_claim;
    auto result =
        store::claim_messages(*connection_, request, [&](const store::DueMessage& message) {
          return decide_claim(message, options_.delivery, free_slots);
        });
    for (auto& [message, decision] : result.settled) {
      log_settled(message, decision);
    }
    for (store::ClaimedMessage& claimed : result.to_send) {
      send(std::move(claimed), request.now, steady_now);
    }
    if (result.decided > 0) {
      timer_.request();
    }
  }

  void log_settled(const store::DueMessage& message, const store::ClaimDecision& decision) {
    if (decision.kind == store::ClaimKind::dead) {
      metrics_.note(decision.sink, store::FinishKind::dead);
      log_dead(message, decision.sink, decision.note);
      return;
    }
    runtime::log_info("a message is not sent", {{"message_id", message.message_id},
                                                {"template", message.template_name},
                                                {"refund_id", message.refund_id},
                                                {"reason", decision.note}});
  }

  void send(store::ClaimedMessage claimed, domain::Time now, SteadyClock::time_point steady_now) {
    auto composed = compose(claimed.message, recipient_of(claimed.message, options_.delivery),
                            options_.manner, options_.templates, now);
    if (const auto* problem = std::get_if<CannotCompose>(&composed)) {
      finish_later(claimed, {SendStatus::dead, problem->why, std::nullopt, ""});
      return;
    }
    Sender& sender = senders_.find(claimed.sink);
    auto done = [this, &sender, claimed = std::move(claimed)](Sink* sink, SendResult result) {
      auto back = [this, &sender, sink, claimed, result = std::move(result)] {
        sender.take_back(sink, result, SteadyClock::now());
        finish_later(claimed, result);
      };
      boost::asio::post(loop_, std::move(back));
    };
    sender.send(std::get<Outgoing>(std::move(composed)), steady_now, std::move(done));
  }

  void finish_later(const store::ClaimedMessage& claimed, const SendResult& result) {
    std::uniform_real_distribution<double> jitter{0, 1};
    auto finish =
        outcome_of(claimed, result,
                   {runtime::wall_clock_now(), options_.delivery.attempts_max, jitter(random_)});
    metrics_.note(claimed.sink, finish.kind);
    if (finish.kind == store::FinishKind::dead) {
      log_dead(claimed.message, claimed.sink, result.error);
    }
    finishes_.add(std::move(finish));
    timer_.request();
  }

  DispatcherOptions options_;
  std::shared_ptr<prometheus::Registry> registry_;
  OutboxMetrics metrics_;
  boost::asio::io_context loop_{1};
  PassTimer timer_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> loop_open_;
  std::optional<store::Connection> connection_;
  std::string problem_;  // with the database; empty: none
  FinishQueue finishes_;
  std::optional<AuditExporter> audit_exporter_;
  std::mt19937 random_{std::random_device{}()};
  SteadyClock::time_point next_sweep_{};
  bool sinks_changed_ = true;
  bool stopping_ = false;
  // After everything that their threads hand back to.
  Senders senders_;
  std::thread thread_;
};

Dispatcher::Dispatcher(DispatcherOptions options, std::shared_ptr<prometheus::Registry> registry)
    : impl_{std::make_unique<Impl>(std::move(options), std::move(registry))} {}

Dispatcher::~Dispatcher() = default;

void Dispatcher::start() {
  impl_->start();
}

void Dispatcher::wake() {
  impl_->wake();
}

void Dispatcher::reconfigure(DispatcherOptions options) {
  impl_->reconfigure(std::move(options));
}

void Dispatcher::reopen_files() {
  impl_->reopen_files();
}

void Dispatcher::begin_stop() {
  impl_->begin_stop();
}

void Dispatcher::stop() {
  impl_->stop();
}

}  // namespace outbox
