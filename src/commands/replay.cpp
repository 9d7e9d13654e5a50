#include "commands/replay.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "ingest/commit.hpp"
#include "runtime/wall_clock.hpp"
#include "store/apply.hpp"
#include "store/charges_read.hpp"

namespace commands {
namespace {

using domain::Verdict;

// Locks of so many refunds are held at once, for a rehearsal too.
constexpr std::size_t k_batch_max = 200;

/// The events that can be read, and the steps of all.
struct Readable {
  ReplayResult result;
  std::vector<store::Delivery> deliveries;
  std::vector<std::size_t> places;  // of the deliveries among the steps
};

Readable read_all(const std::vector<store::StoredBytes>& events,
                  std::span<const providers::Source> sources, const Replayer& replayer) {
  Readable readable;
  for (const store::StoredBytes& stored : events) {
    auto again = read_again(stored, sources, replayer);
    readable.result.steps.push_back(
        {stored.event, /*takes_effect=*/false, stored.event.verdict, again.obstacle, {}, {}});
    if (again.delivery) {
      readable.places.push_back(readable.result.steps.size() - 1);
      readable.deliveries.push_back(*std::move(again.delivery));
    }
  }
  return readable;
}

std::string why_it_stays(const store::StoredEvent& then, const domain::Event& event) {
  const auto verdict = domain::parse_verdict(then.verdict);
  if (verdict != Verdict::late && verdict != Verdict::quarantined &&
      verdict != Verdict::unsupported) {
    return "it took effect when it came";
  }
  if (event.disposition != domain::Disposition::apply) {
    return event.reason;
  }
  if (event.refund && !event.refund->status) {
    return "the status \"" + event.refund->provider_status + "\" is not known here";
  }
  return "somebody else has just replayed it, or the database refuses it";
}

void note(ReplayStep& step, const domain::Event& event, const domain::EventResult& result) {
  if (result.verdict == Verdict::duplicate) {
    step.why = why_it_stays(step.then, event);
    return;
  }
  step.takes_effect = true;
  step.now = domain::to_string(result.verdict);
  step.why = result.reason;
}

// What one event's rows are refused for must not hide what becomes of the others.
std::vector<store::Rehearsed> rehearse_part(store::Connection& connection,
                                            std::span<const store::Delivery> deliveries) {
  try {
    return store::rehearse_batch(connection, deliveries, runtime::wall_clock_now());
  } catch (const store::Failure& failure) {
    if (failure.kind() != store::FailureKind::rejected) {
      throw;
    }
    if (deliveries.size() == 1) {
      return {{{Verdict::duplicate, ""}, {}, {}}};
    }
  }
  auto rehearsed = rehearse_part(connection, deliveries.first(deliveries.size() / 2));
  auto rest = rehearse_part(connection, deliveries.subspan(deliveries.size() / 2));
  std::ranges::move(rest, std::back_inserter(rehearsed));
  return rehearsed;
}

std::vector<store::Rehearsed> rehearse_parts(store::Connection& connection,
                                             std::span<const store::Delivery> deliveries) {
  std::vector<store::Rehearsed> rehearsed;
  for (std::size_t at = 0; at < deliveries.size(); at += k_batch_max) {
    const std::size_t count = std::min(k_batch_max, deliveries.size() - at);
    auto part = rehearse_part(connection, deliveries.subspan(at, count));
    std::ranges::move(part, std::back_inserter(rehearsed));
  }
  return rehearsed;
}

using Refunds = std::map<domain::Key, domain::Refund>;

Refunds find_refunds(store::Connection& connection, std::span<const store::Delivery> deliveries) {
  std::map<std::string, std::set<std::string>> ids;
  for (const store::Delivery& delivery : deliveries) {
    ids[delivery.event.source].insert(delivery.event.refund_id);
  }
  Refunds found;
  for (const auto& [source, refund_ids] : ids) {
    for (auto& refund :
         store::find_refunds(connection, source, {refund_ids.begin(), refund_ids.end()})) {
      found.insert_or_assign({source, refund.refund_id}, std::move(refund));
    }
  }
  return found;
}

std::optional<domain::Refund> refund_of(const domain::Event& event, const Refunds& refunds) {
  const auto found = refunds.find({event.source, event.refund_id});
  return found == refunds.end() ? std::nullopt : std::optional{found->second};
}

void commit_part(store::Connection& connection, std::span<const store::Delivery> deliveries,
                 std::span<const std::size_t> places, ReplayResult& result) {
  const Refunds before = find_refunds(connection, deliveries);
  const auto committed = ingest::commit(connection, deliveries, runtime::wall_clock_now);
  const Refunds after =
      committed.connection_problem.empty() ? find_refunds(connection, deliveries) : Refunds{};
  for (std::size_t at = 0; at < deliveries.size(); ++at) {
    const domain::Event& event = deliveries[at].event;
    ReplayStep& step = result.steps[places[at]];
    if (const auto* failed = std::get_if<ingest::Unavailable>(&committed.outcomes[at])) {
      step.why = failed->reason;
      result.failure = failed->reason;
      continue;
    }
    note(step, event, {std::get<Verdict>(committed.outcomes[at]), ""});
    step.before = refund_of(event, before);
    step.after = refund_of(event, after);
  }
}

}  // namespace

ReplayResult rehearse(store::Connection& connection, const std::vector<store::StoredBytes>& events,
                      std::span<const providers::Source> sources, const Replayer& replayer) {
  Readable readable = read_all(events, sources, replayer);
  if (readable.deliveries.empty()) {
    return std::move(readable.result);
  }
  auto rehearsed = rehearse_parts(connection, readable.deliveries);
  for (std::size_t at = 0; at < rehearsed.size(); ++at) {
    ReplayStep& step = readable.result.steps[readable.places[at]];
    note(step, readable.deliveries[at].event, rehearsed[at].result);
    step.before = std::move(rehearsed[at].before);
    step.after = std::move(rehearsed[at].after);
  }
  return std::move(readable.result);
}

ReplayResult replay(store::Connection& connection, const std::vector<store::StoredBytes>& events,
                    std::span<const providers::Source> sources, const Replayer& replayer) {
  Readable readable = read_all(events, sources, replayer);
  const std::span<const store::Delivery> deliveries{readable.deliveries};
  const std::span<const std::size_t> places{readable.places};
  for (std::size_t at = 0; at < deliveries.size() && readable.result.failure.empty();
       at += k_batch_max) {
    const std::size_t count = std::min(k_batch_max, deliveries.size() - at);
    commit_part(connection, deliveries.subspan(at, count), places.subspan(at, count),
                readable.result);
  }
  return std::move(readable.result);
}

}  // namespace commands
