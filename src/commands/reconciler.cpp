#include "commands/reconciler.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>

#include "ingest/commit.hpp"

namespace commands {

/// One page: which of its refunds are dealt with, and what came of it.
struct Reconciler::Work {
  std::map<std::string, store::PageRefund> here;
  std::vector<std::size_t> places;       // of the refunds to compare, in the page
  std::vector<std::size_t> recoverable;  // of those
  std::vector<store::FoundItem> items;
  store::SettledPage settled;
};

Reconciler::Reconciler(store::Connection& connection, const providers::Source& source,
                       store::Run run, const store::Span& span, const domain::Tolerance& tolerance,
                       Clock clock)
    : connection_{connection},
      source_{source},
      run_{std::move(run)},
      span_{span},
      tolerance_{tolerance},
      clock_{std::move(clock)} {}

void Reconciler::take(const ListedPage& page) {
  Work work = choose(page);
  compare(page, work);
  work.settled.seen_count = static_cast<std::int64_t>(work.places.size());
  std::set<std::string> different;
  for (const auto& item : work.items) {
    different.insert(item.refund_id);
  }
  work.settled.matched_count =
      work.settled.seen_count - static_cast<std::int64_t>(different.size());
  note(work.items);
  if (!work.recoverable.empty()) {
    recover(page, work);
  }
  work.settled.still_open = std::move(work.items);
  store::settle_page(connection_, run_, work.settled, clock_());
}

store::Run Reconciler::finish() {
  for (std::string after;;) {
    const auto refunds = store::unlisted(connection_, run_, source_.livemode, span_, after);
    if (refunds.empty()) {
      return store::finish_run(connection_, run_, span_, clock_());
    }
    std::vector<store::FoundItem> items;
    for (const auto& [refund_id, booked] : refunds) {
      items.push_back({refund_id, domain::missing_there(booked, tolerance_), booked.amount,
                       booked.requested_at});
    }
    note(items);
    after = refunds.back().refund_id;
  }
}

bool Reconciler::is_of_span(domain::Time time) const {
  return time >= span_.from && time < span_.to;
}

Reconciler::Work Reconciler::choose(const ListedPage& page) {
  Work work;
  std::vector<std::string> ids;
  for (const auto& refund : page.refunds) {
    ids.push_back(refund.refund_id);
  }
  work.here = store::look_up(connection_, run_, ids);
  std::set<std::string> chosen;
  for (std::size_t place = 0; place < page.refunds.size(); ++place) {
    const auto& refund = page.refunds[place];
    if (work.here[refund.refund_id].is_seen || !chosen.insert(refund.refund_id).second) {
      continue;
    }
    if (is_of_span(refund.created_at)) {
      work.places.push_back(place);
      work.settled.refund_ids.push_back(refund.refund_id);
    } else {
      work.settled.beside.push_back(refund.refund_id);
    }
  }
  return work;
}

/// Fills in the items and what of them can be recovered.
void Reconciler::compare(const ListedPage& page, Work& work) const {
  work.items.clear();
  work.recoverable.clear();
  for (const std::size_t place : work.places) {
    const auto& listed = page.refunds[place];
    const auto differences =
        domain::compare(listed, work.here[listed.refund_id].booked, tolerance_);
    for (const auto& difference : differences) {
      work.items.push_back({listed.refund_id, difference, listed.amount, listed.created_at});
    }
    if (!differences.empty() && differences.front().recoverable) {
      work.recoverable.push_back(place);
    }
  }
}

void Reconciler::recover(const ListedPage& page, Work& work) {
  std::vector<store::Delivery> deliveries;
  std::vector<std::string> ids;
  for (const std::size_t place : work.recoverable) {
    ids.push_back(page.refunds[place].refund_id);
    deliveries.push_back(page.evidence(place, work.here[ids.back()]));
  }
  const auto result = ingest::commit(connection_, deliveries, clock_);
  for (const auto& outcome : result.outcomes) {
    if (const auto* problem = std::get_if<ingest::Unavailable>(&outcome)) {
      throw std::runtime_error{problem->reason};
    }
  }
  for (auto& [refund_id, refund] : store::look_up(connection_, run_, ids)) {
    work.here[refund_id] = std::move(refund);
  }
  compare(page, work);
  note(work.items);
  for (std::size_t index = 0; index < ids.size(); ++index) {
    if (std::ranges::find(work.items, ids[index], &store::FoundItem::refund_id) ==
        work.items.end()) {
      work.settled.recovered_by.emplace(ids[index], deliveries[index].event.event_id);
    }
  }
}

void Reconciler::note(const std::vector<store::FoundItem>& items) {
  if (!items.empty()) {
    store::note_items(connection_, run_, items, clock_());
  }
}

}  // namespace commands
