#include "reads/poll.hpp"

#include <algorithm>

#include "reads/answer.hpp"
#include "runtime/log.hpp"
#include "store/read_notes.hpp"
#include "store/refund_reads.hpp"

namespace reads {
namespace {

using providers::ApiError;
using providers::ApiErrorKind;
using store::DueRead;
using store::ReadNote;

constexpr int k_at_once = 5;
constexpr std::chrono::seconds k_lease{180};
// A provider may make a refund known to its API a moment after it announced it.
constexpr std::chrono::seconds k_second_look{60};
constexpr const char* k_not_found = "the provider's API knows no such refund";
// One refund may be poison to the provider; several in a row are a provider that does not work.
constexpr int k_failures_in_a_row_max = 3;
// How many failures a refund counts that has failed before: nobody keeps their number.
constexpr int k_failures_again = 3;

std::string_view word_of(Agreement agreement) {
  switch (agreement) {
    case Agreement::agrees:
      return "agrees";
    case Agreement::news:
      return "news";
    case Agreement::disputed:
      return "disputed";
    case Agreement::overtaken:
      return "overtaken";
    case Agreement::unclear:
      return "unclear";
  }
  __builtin_unreachable();
}

// Whether the trouble is with the provider as a whole.
bool is_away(ApiErrorKind kind) {
  return kind == ApiErrorKind::authentication || kind == ApiErrorKind::rate_limited ||
         kind == ApiErrorKind::network || kind == ApiErrorKind::stopped;
}

class OneRead {
 public:
  OneRead(const ReadContext& context, const DueRead& due) : context_{context}, due_{due} {
    note_.refund_id = due.refund_id;
    note_.asked_at = context.clock();
    note_.next_read_at = note_.asked_at + delay(due.reads + 1);
  }

  /// What went wrong with this refund alone, if anything did.
  std::optional<ApiError> run() {
    if (context_.client.can_ask_for(due_.refund_id, due_.charge_id)) {
      ask();
    } else {
      note_.error = "the provider's API wants the refund's charge, which is not known yet";
    }
    if (must_give_up()) {
      give_up();
    }
    note_read(context_.connection, context_.source.name, note_, context_.clock());
    if (note_.status && context_.committed) {
      context_.committed();  // held messages may go
    }
    return error_;
  }

 private:
  [[nodiscard]] std::chrono::seconds delay(int reads) const {
    return delay_after(context_.policy, due_.payment_method, reads);
  }

  void ask() {
    const auto answer = context_.client.refund(due_.refund_id, due_.charge_id);
    if (const auto* error = std::get_if<ApiError>(&answer)) {
      context_.metrics.note_answer(context_.source.name, to_string(error->kind));
      take_error(*error);
    } else {
      take_answer(std::get<providers::ApiItem>(answer));
    }
  }

  void take_error(const ApiError& error) {
    if (is_away(error.kind)) {
      throw ProviderAway{error};
    }
    if (error.kind == ApiErrorKind::not_found) {
      take_not_found();
      return;
    }
    error_ = error;
    ask_again(error.text, error.retry_after);
  }

  // Nobody answered: its place in the schedule stays, and it does not wait for hours.
  void ask_again(const std::string& error, std::chrono::seconds retry_after = {}) {
    const int failures = due_.last_error.empty() ? 0 : k_failures_again;
    note_.error = error;
    note_.is_answer = false;
    note_.next_read_at = note_.asked_at + std::min<std::chrono::seconds>(
                                              backoff_after(context_.policy, failures, retry_after),
                                              store::k_failed_wait_max);
  }

  void take_not_found() {
    note_.error = k_not_found;
    if (due_.last_error != k_not_found) {
      note_.next_read_at = std::min(note_.next_read_at, note_.asked_at + k_second_look);
      return;
    }
    const std::string occasion = due_.held ? due_.held->key.event_id : "";
    take_in(context_,
            {read_nothing(context_.source, due_.refund_id, domain::AnomalyKind::unknown_to_provider,
                          k_not_found, occasion, context_.clock())});
  }

  void take_answer(const providers::ApiItem& item) {
    // As it is now: a webhook may have come while we asked.
    const auto held = held_now();
    auto answer = answer_of(context_.source, item, held, note_.asked_at, context_.clock());
    if (!answer) {
      ask_again("the provider's answer is not a refund");
      return;
    }
    context_.metrics.note_answer(context_.source.name, word_of(answer->agreement));
    if (answer->agreement == Agreement::overtaken) {
      ask_again("the refund moved while it was asked for");
      return;
    }
    if (const auto& report = answer->read.event.refund; report && report->status) {
      note_.status = report->status;
      note_.action_required = report->action_required;
    }
    const bool is_charge_known = learn_charge(answer->read.event.charge_id, held);
    note_.settles = note_.status && is_terminal(*note_.status) && is_charge_known &&
                    answer->agreement != Agreement::disputed;
    // What repeats what the API said before is known already: nothing is stored twice.
    take_in(context_, {std::move(answer->read)});
  }

  std::optional<store::HeldRefund> held_now() {
    auto found = find_held_refunds(context_.connection, context_.source.name, {due_.refund_id});
    const auto held = found.find(due_.refund_id);
    return held == found.end() ? std::nullopt : std::optional{std::move(held->second)};
  }

  // Without its charge nobody knows how much of an order is paid back, nor whose it is. False: it
  // is to be asked for again.
  bool learn_charge(const std::string& charge_id, const std::optional<store::HeldRefund>& held) {
    if (charge_id.empty() || (held && held->charge_is_known)) {
      return true;
    }
    const auto answer = context_.client.charge(charge_id);
    if (const auto* error = std::get_if<ApiError>(&answer)) {
      if (is_away(error->kind)) {
        throw ProviderAway{*error};
      }
      runtime::log_warn(
          "a charge could not be read",
          {{"source", context_.source.name}, {"charge_id", charge_id}, {"error", error->text}});
      return error->kind == ApiErrorKind::not_found;
    }
    if (auto read =
            read_charge(context_.source, std::get<providers::ApiItem>(answer), context_.clock())) {
      take_in(context_, {*std::move(read)});
    }
    return true;
  }

  // Only where the provider answered to the end of the schedule: silence is no answer.
  [[nodiscard]] bool must_give_up() const {
    return note_.is_answer && !note_.settles && !delay_grows() &&
           note_.asked_at - due_.first_due_at >= context_.policy.give_up_after;
  }

  [[nodiscard]] bool delay_grows() const { return delay(due_.reads + 1) != delay(due_.reads + 2); }

  void give_up() {
    note_.is_given_up = true;
    const std::string sentence = "asked " + std::to_string(due_.reads + 1) +
                                 " times without an outcome: it is not asked for any more";
    take_in(context_,
            {read_nothing(context_.source, due_.refund_id, domain::AnomalyKind::unconfirmed,
                          sentence, domain::format_rfc3339(due_.first_due_at), context_.clock())});
    runtime::log_warn("gave up asking for a refund",
                      {{"source", context_.source.name}, {"refund_id", due_.refund_id}});
  }

  const ReadContext& context_;
  const DueRead& due_;
  ReadNote note_;
  std::optional<ApiError> error_;
};

void give_back(const ReadContext& context, std::span<const DueRead> rest) {
  std::vector<std::string> refund_ids;
  for (const DueRead& due : rest) {
    refund_ids.push_back(due.refund_id);
  }
  give_back_reads(context.connection, context.source.name, refund_ids, context.clock());
}

}  // namespace

void schedule_new(const ReadContext& context) {
  store::FirstRead first;
  first.delay = context.policy.poll.front();
  for (const auto& [method, steps] : context.policy.poll_by_method) {
    first.delay_by_method[method] = steps.front();
  }
  schedule_reads(context.connection, context.source.name, first, context.clock());
}

bool poll_due(const ReadContext& context) {
  const auto due =
      claim_due_reads(context.connection, context.source.name, k_at_once, k_lease, context.clock());
  int failures = 0;
  std::size_t done = 0;
  try {
    for (; done < due.size(); ++done) {
      const auto error = OneRead{context, due[done]}.run();
      failures = error ? failures + 1 : 0;
      if (failures == k_failures_in_a_row_max) {
        throw ProviderAway{*error};
      }
    }
  } catch (const ProviderAway&) {
    give_back(context, std::span{due}.subspan(done));
    throw;
  }
  return due.size() == static_cast<std::size_t>(k_at_once);
}

}  // namespace reads
