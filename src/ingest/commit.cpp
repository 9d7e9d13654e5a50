#include "ingest/commit.hpp"

#include <optional>

#include "runtime/log.hpp"
#include "store/apply.hpp"
#include "store/failure.hpp"

namespace ingest {
namespace {

class Commit {
 public:
  Commit(store::Connection& connection, const Clock& clock)
      : connection_{connection}, clock_{clock} {}

  void run(std::span<const store::Delivery> deliveries) {
    if (!result_.connection_problem.empty()) {
      give_up(deliveries, result_.connection_problem);
      return;
    }
    const auto failure = try_to_apply(deliveries);
    if (!failure) {
      return;
    }
    switch (failure->kind()) {
      case store::FailureKind::retry:
        lose(deliveries, *failure);
        return;
      case store::FailureKind::exists:
      case store::FailureKind::rejected:
        narrow_down(deliveries, *failure);
        return;
      case store::FailureKind::in_doubt:
      case store::FailureKind::unavailable:
        result_.connection_problem = failure->what();
        give_up(deliveries, result_.connection_problem);
        return;
    }
  }

  CommitResult take_result() { return std::move(result_); }

 private:
  // nullopt: committed, and the outcomes are noted.
  std::optional<store::Failure> try_to_apply(std::span<const store::Delivery> deliveries) {
    std::optional<store::Failure> failure;
    const int attempts_max = deliveries.size() == 1 ? k_attempts_alone_max : k_attempts_max;
    for (int attempt = 1; attempt <= attempts_max; ++attempt) {
      try {
        const auto applied = store::apply_batch(connection_, deliveries, clock_());
        result_.outcomes.insert(result_.outcomes.end(), applied.verdicts.begin(),
                                applied.verdicts.end());
        return std::nullopt;
      } catch (const store::Failure& caught) {
        failure = caught;
        ++result_.failures[caught.kind()];
      }
      if (!failure->may_pass()) {
        break;
      }
    }
    return failure;
  }

  void halve(std::span<const store::Delivery> deliveries) {
    run(deliveries.first(deliveries.size() / 2));
    run(deliveries.subspan(deliveries.size() / 2));
  }

  // A smaller batch meets fewer others.
  void lose(std::span<const store::Delivery> deliveries, const store::Failure& failure) {
    if (deliveries.size() > 1) {
      halve(deliveries);
      return;
    }
    runtime::log_warn("an event lost every race for its rows",
                      {{"event_id", deliveries.front().event.event_id}, {"error", failure.what()}});
    give_up(deliveries, failure.what());
  }

  void narrow_down(std::span<const store::Delivery> deliveries, const store::Failure& failure) {
    if (deliveries.size() > 1) {
      halve(deliveries);
      return;
    }
    quarantine(deliveries.front(), failure);
  }

  // First with the refund it names, so that it shows in the refund's history; if the refund's own
  // row is what PostgreSQL refuses, then without.
  void quarantine(const store::Delivery& delivery, const store::Failure& failure) {
    runtime::log_error("an event could not be stored as it is and is quarantined",
                       {{"source", delivery.event.source},
                        {"event_id", delivery.event.event_id},
                        {"error", failure.what()}});
    store::Delivery harmless = delivery;
    harmless.event.disposition = domain::Disposition::quarantined;
    harmless.event.reason =
        std::string{"the database refused what it would change: "} + failure.what();
    harmless.event.anomaly = domain::AnomalyKind::undecodable_event;
    harmless.event.refund.reset();
    harmless.event.charge.reset();
    if (!try_to_apply({&harmless, 1})) {
      return;
    }
    harmless.event.refund_id.clear();
    harmless.event.charge_id.clear();
    const auto again = try_to_apply({&harmless, 1});
    if (!again) {
      return;
    }
    // Refused even so: it fails alone, and whoever sent it will say it again.
    if (again->kind() == store::FailureKind::in_doubt ||
        again->kind() == store::FailureKind::unavailable) {
      result_.connection_problem = again->what();
    }
    give_up({&delivery, 1}, again->what());
  }

  void give_up(std::span<const store::Delivery> deliveries, const std::string& reason) {
    result_.outcomes.insert(result_.outcomes.end(), deliveries.size(), Unavailable{reason});
  }

  store::Connection& connection_;
  const Clock& clock_;
  CommitResult result_;
};

}  // namespace

CommitResult commit(store::Connection& connection, std::span<const store::Delivery> deliveries,
                    const Clock& clock) {
  Commit commit{connection, clock};
  commit.run(deliveries);
  return commit.take_result();
}

}  // namespace ingest
