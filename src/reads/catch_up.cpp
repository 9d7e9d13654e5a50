#include "reads/catch_up.hpp"

#include <algorithm>
#include <set>

#include "reads/answer.hpp"
#include "runtime/log.hpp"
#include "store/delivery_counts.hpp"
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
      notes.push_back({item.id, report->status, report->action_required, "", {}, false});
    }
    if (answer->agreement != Agreement::agrees) {
      news.push_back(std::move(answer->read));
    }
  }
  const auto verdicts = take_in(context, std::move(news));
  log_recovered(context, "refund",
                static_cast<std::size_t>(std::ranges::count(verdicts, domain::Verdict::applied)));
  note_listed(context.connection, context.source.name, notes, context.clock());
}

class Pass {
 public:
  Pass(const ReadContext& context, const store::SourcePass& pass)
      : context_{context}, pass_{pass} {}

  void run(domain::Time until) {
    const auto overlap = context_.policy.catch_up_overlap;
    list_events({pass_.events_from - overlap, until});
    list_refunds({pass_.refunds_from - overlap, until});
    const domain::Time now = context_.clock();
    finish_pass(context_.connection, context_.source.name, pass_, until,
                now + context_.policy.catch_up_interval, now);
  }

 private:
  void list_events(const providers::TimeRange& range) {
    check(context_.client.list_events(range, [this](const auto& items) {
      recover_events(context_, events_in(context_, items));
      return renew();
    }));
  }

  void list_refunds(const providers::TimeRange& range) {
    domain::Time asked_at = context_.clock();
    check(context_.client.list_refunds(range, [&](const auto& items) {
      compare_refunds(context_, items, asked_at);
      asked_at = context_.clock();
      return renew();
    }));
  }

  bool renew() {
    context_.metrics.note_answer(context_.source.name, "listed");
    return renew_pass(context_.connection, context_.source.name, pass_, k_lease, context_.clock());
  }

  void check(const std::optional<providers::ApiError>& error) {
    if (error) {
      context_.metrics.note_answer(context_.source.name, to_string(error->kind));
      renew_pass(context_.connection, context_.source.name, pass_, std::chrono::seconds{0},
                 context_.clock());  // somebody else may have it at once
      throw ProviderAway{*error};
    }
  }

  const ReadContext& context_;
  const store::SourcePass& pass_;
};

}  // namespace

void catch_up(const ReadContext& context, bool is_gap) {
  const domain::Time now = context.clock();
  const auto pass = begin_pass(context.connection,
                               {context.source.name, is_gap, /*is_due=*/is_gap, k_lease}, now);
  if (pass) {
    Pass{context, *pass}.run(now - grace_of(context.policy));
  }
}

void count_yesterday(const ReadContext& context) {
  const auto day = uncounted_day(context.connection, context.source.name, context.clock());
  if (!day) {
    return;
  }
  std::vector<store::SentEvent> sent;
  std::set<std::string> seen;
  const auto error = context.client.list_events({day->begin, day->end}, [&](const auto& items) {
    auto events = events_in(context, items);
    for (const auto& event : events) {
      if (seen.insert(event.event.event_id).second) {
        const auto answered =
            context.source.provider->api->was_answered({event.event.event_id, {}, event.body});
        sent.push_back({event.event.event_id, answered == false});
      }
    }
    recover_events(context, std::move(events));
    return true;
  });
  if (error) {
    throw ProviderAway{*error};
  }
  count_deliveries(context.connection, context.source.name, day->day, sent, context.clock());
}

}  // namespace reads
