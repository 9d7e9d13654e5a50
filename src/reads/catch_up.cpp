#include "reads/catch_up.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "reads/answer.hpp"
#include "reads/poll.hpp"
#include "runtime/log.hpp"
#include "store/delivery_counts.hpp"
#include "store/read_notes.hpp"
#include "store/refund_reads.hpp"
#include "store/source_reads.hpp"

namespace reads {
namespace {

// Renewed with every page: after a crash somebody else goes on.
constexpr std::chrono::seconds k_lease{90};

bool concerns_us(const ReadContext& context, const domain::Event& event) {
  const auto types = context.source.provider->event_types;
  return std::ranges::find(types, event.event_type) != types.end();
}

void log_recovered(const ReadContext& context, const char* what, std::size_t count) {
  if (count > 0) {
    context.metrics.note_recovered(context.source.name, what, count);
    runtime::log_info("recovered by reading", {{"source", context.source.name},
                                               {"what", what},
                                               {"count", static_cast<std::int64_t>(count)}});
  }
}

// Those of a page that concern refunds, whether they are here or not.
std::vector<providers::ReadEvent> events_in(const ReadContext& context,
                                            const std::vector<providers::ApiItem>& items) {
  std::vector<providers::ReadEvent> events;
  for (const providers::ApiItem& item : items) {
    auto read = read_listed_event(context.source, item, context.clock());
    if (read && concerns_us(context, read->event)) {
      events.push_back(*std::move(read));
    }
  }
  return events;
}

void recover_events(const ReadContext& context, std::vector<providers::ReadEvent> events) {
  std::vector<std::string> ids;
  for (const auto& event : events) {
    ids.push_back(event.event.event_id);
  }
  const auto missing = missing_events(context.connection, context.source.name, ids);
  const std::set<std::string> wanted{missing.begin(), missing.end()};
  std::erase_if(events, [&](const auto& event) { return !wanted.contains(event.event.event_id); });
  const auto verdicts = take_in(context, std::move(events));
  log_recovered(context, "event",
                verdicts.size() - static_cast<std::size_t>(
                                      std::ranges::count(verdicts, domain::Verdict::duplicate)));
}

std::vector<std::string> ids_of(const std::vector<providers::ApiItem>& items) {
  std::vector<std::string> ids;
  for (const providers::ApiItem& item : items) {
    ids.push_back(item.id);
  }
  return ids;
}

// Those that the lists brought without their charge: nobody knows whose they are.
void ask_for_charges(const ReadContext& context, const std::vector<std::string>& refund_ids) {
  if (refund_ids.empty()) {
    return;
  }
  std::vector<std::string> incomplete;
  for (const auto& [refund_id, held] :
       find_held_refunds(context.connection, context.source.name, refund_ids)) {
    if (!held.charge_is_known && !held.charge_id.empty()) {
      incomplete.push_back(refund_id);
    }
  }
  ask_soon(context.connection, context.source.name, incomplete, context.clock());
}

void compare_refunds(const ReadContext& context, const std::vector<providers::ApiItem>& items,
                     domain::Time asked_at) {
  const auto known = find_held_refunds(context.connection, context.source.name, ids_of(items));
  std::vector<providers::ReadEvent> news;
  std::vector<store::ReadNote> notes;
  for (const providers::ApiItem& item : items) {
    const auto found = known.find(item.id);
    const auto held = found == known.end() ? std::nullopt : std::optional{found->second};
    auto answer = answer_of(context.source, item, held, asked_at, context.clock());
    if (!answer || answer->agreement == Agreement::overtaken) {
      continue;
    }
    if (const auto& report = answer->read.event.refund; report && report->status) {
      store::ReadNote note;
      note.refund_id = item.id;
      note.status = report->status;
      note.action_required = report->action_required;
      note.asked_at = asked_at;
      notes.push_back(std::move(note));
    }
    if (answer->agreement != Agreement::agrees) {
      news.push_back(std::move(answer->read));
    }
  }
  const auto verdicts = take_in(context, std::move(news));
  log_recovered(context, "refund",
                static_cast<std::size_t>(std::ranges::count(verdicts, domain::Verdict::applied)));
  note_listed(context.connection, context.source.name, notes, context.clock());
  ask_for_charges(context, ids_of(items));
}

// A long list must not keep those waiting to whom a single answer is due.
void poll_between(const ReadContext& context) {
  context.metrics.note_answer(context.source.name, "listed");
  schedule_new(context);
  poll_due(context);
}

// A list that the provider cannot make now says nothing about its single refunds.
void check(const ReadContext& context, const std::optional<providers::ApiError>& error) {
  using providers::ApiErrorKind;
  if (error) {
    context.metrics.note_answer(context.source.name, to_string(error->kind));
    ProviderAway away{*error};
    away.only_lists =
        error->kind == ApiErrorKind::server || error->kind == ApiErrorKind::unreadable ||
        error->kind == ApiErrorKind::invalid_request || error->kind == ApiErrorKind::not_found;
    throw away;
  }
}

class Pass {
 public:
  Pass(const ReadContext& context, const store::SourcePass& pass)
      : context_{context}, pass_{pass} {}

  void run(domain::Time until) {
    try {
      read(until);
    } catch (const ProviderAway&) {
      renew(std::chrono::seconds{0});  // somebody else may have it at once
      throw;
    }
  }

 private:
  void read(domain::Time until) {
    const auto overlap = context_.policy.catch_up_overlap;
    list_events({pass_.events_from - overlap, until});
    list_refunds({pass_.refunds_from - overlap, until});
    const domain::Time now = context_.clock();
    finish_pass(context_.connection, context_.source.name, pass_, until,
                now + context_.policy.catch_up_interval, now);
  }

  void list_events(const providers::TimeRange& range) {
    check(context_, context_.client.list_events(range, [this](const auto& items) {
      recover_events(context_, events_in(context_, items));
      return go_on();
    }));
  }

  void list_refunds(const providers::TimeRange& range) {
    domain::Time asked_at = context_.clock();
    check(context_, context_.client.list_refunds(range, [&](const auto& items) {
      compare_refunds(context_, items, asked_at);
      const bool is_ours = go_on();
      asked_at = context_.clock();
      return is_ours;
    }));
  }

  bool go_on() {
    poll_between(context_);
    return renew(k_lease);
  }

  bool renew(std::chrono::seconds lease) {
    return renew_pass(context_.connection, context_.source.name, pass_, lease, context_.clock());
  }

  const ReadContext& context_;
  const store::SourcePass& pass_;
};

}  // namespace

bool catch_up(const ReadContext& context, bool is_gap) {
  const domain::Time now = context.clock();
  const auto pass = begin_pass(context.connection,
                               {context.source.name, is_gap, /*is_due=*/is_gap, k_lease}, now);
  if (pass) {
    Pass{context, *pass}.run(now - grace_of(context.policy));
  }
  return pass.has_value();
}

void count_next_day(const ReadContext& context) {
  const auto day = uncounted_day(context.connection, context.source.name, context.clock());
  if (!day) {
    return;
  }
  std::map<std::string, bool> unanswered;  // by event id
  check(context, context.client.list_events({day->begin, day->end}, [&](const auto& items) {
    auto events = events_in(context, items);
    for (const auto& event : events) {
      const auto answered =
          context.source.provider->api->was_answered({event.event.event_id, {}, event.body});
      unanswered[event.event.event_id] = answered == false;
    }
    recover_events(context, std::move(events));
    poll_between(context);
    return true;
  }));
  std::vector<store::SentEvent> sent;
  for (const auto& [event_id, is_unanswered] : unanswered) {
    sent.push_back({event_id, is_unanswered});
  }
  count_deliveries(context.connection, context.source.name, day->day, sent, context.clock());
}

}  // namespace reads
