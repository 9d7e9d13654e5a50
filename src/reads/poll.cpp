#include "reads/poll.hpp"

#include <algorithm>

#include "reads/answer.hpp"
#include "runtime/log.hpp"
#include "store/refund_reads.hpp"

namespace reads {
namespace {

using providers::ApiErrorKind;
using store::DueRead;
using store::ReadNote;

constexpr int k_at_once = 10;
constexpr std::chrono::seconds k_lease{120};
// A provider may make a refund known to its API a moment after it announced it.
constexpr std::chrono::seconds k_second_look{60};
constexpr const char* k_not_found = "the provider's API knows no such refund";

class OneRead {
 public:
  OneRead(const ReadContext& context, const DueRead& due) : context_{context}, due_{due} {}

  void run() {
    ReadNote note;
    note.refund_id = due_.refund_id;
    if (context_.client.can_ask_for(due_.refund_id, due_.charge_id)) {
      ask(note);
    } else {
      note.error = "the provider's API wants the refund's charge, which is not known yet";
      note.next_read_at = next();
    }
    if (note.next_read_at && must_give_up()) {
      give_up(note);
    }
    note_read(context_.connection, context_.source.name, note, context_.clock());
    if (note.status && context_.committed) {
      context_.committed();  // held messages may go
    }
  }

 private:
  [[nodiscard]] domain::Time next() const {
    return context_.clock() + delay_after(context_.policy, due_.payment_method, due_.reads + 1);
  }

  void ask(ReadNote& note) {
    const domain::Time asked_at = context_.clock();
    const auto answer = context_.client.refund(due_.refund_id, due_.charge_id);
    if (const auto* error = std::get_if<providers::ApiError>(&answer)) {
      context_.metrics.note_answer(context_.source.name, to_string(error->kind));
      take_error(*error, note);
    } else {
      take_answer(std::get<providers::ApiItem>(answer), asked_at, note);
    }
  }

  void take_error(const providers::ApiError& error, ReadNote& note) {
    switch (error.kind) {
      case ApiErrorKind::authentication:
      case ApiErrorKind::rate_limited:
      case ApiErrorKind::network:
      case ApiErrorKind::stopped:
        throw ProviderAway{error};
      case ApiErrorKind::not_found:
        take_not_found(note);
        return;
      case ApiErrorKind::invalid_request:
      case ApiErrorKind::server:
      case ApiErrorKind::unreadable:
        note.error = error.text;
        note.next_read_at = next();
        return;
    }
  }

  void take_not_found(ReadNote& note) {
    note.error = k_not_found;
    note.next_read_at = next();
    if (due_.last_error != k_not_found) {
      note.next_read_at = std::min(*note.next_read_at, context_.clock() + k_second_look);
      return;
    }
    const std::string occasion = due_.held ? due_.held->key.event_id : "";
    take_in(context_,
            {read_nothing(context_.source, due_.refund_id, domain::AnomalyKind::unknown_to_provider,
                          k_not_found, occasion, context_.clock())});
  }

  void take_answer(const providers::ApiItem& item, domain::Time asked_at, ReadNote& note) {
    auto answer = answer_of(context_.source, item, due_.held, asked_at, context_.clock());
    if (!answer) {
      note.error = "the provider's answer is not a refund";
      note.next_read_at = next();
      return;
    }
    const auto report = answer->read.event.refund;
    const bool is_disputed = answer->agreement == Agreement::disputed;
    context_.metrics.note_answer(context_.source.name, word_of(answer->agreement));
    if (answer->agreement == Agreement::overtaken) {
      note.next_read_at = context_.clock();
      return;
    }
    submit(std::move(*answer));
    if (report && report->status) {
      note.status = report->status;
      note.action_required = report->action_required;
    }
    if (!note.status || !is_terminal(*note.status) || is_disputed) {
      note.next_read_at = next();
    }
  }

  static std::string_view word_of(Agreement agreement) {
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

  // What repeats what the API said before is known already: nothing is stored twice.
  void submit(Answer answer) {
    std::vector<providers::ReadEvent> reads;
    if (auto charge = unknown_charge(answer.read.event.charge_id)) {
      reads.push_back(*std::move(charge));
    }
    reads.push_back(std::move(answer.read));
    take_in(context_, std::move(reads));
  }

  // Without its charge nobody knows how much of an order is paid back.
  std::optional<providers::ReadEvent> unknown_charge(const std::string& charge_id) {
    if (charge_id.empty() || (due_.held && due_.held->charge_is_known)) {
      return std::nullopt;
    }
    const auto answer = context_.client.charge(charge_id);
    if (const auto* error = std::get_if<providers::ApiError>(&answer)) {
      runtime::log_warn(
          "a charge could not be read",
          {{"source", context_.source.name}, {"charge_id", charge_id}, {"error", error->text}});
      return std::nullopt;
    }
    return read_charge(context_.source, std::get<providers::ApiItem>(answer), context_.clock());
  }

  [[nodiscard]] bool must_give_up() const {
    return context_.clock() - due_.first_due_at >= context_.policy.give_up_after;
  }

  void give_up(ReadNote& note) {
    note.next_read_at.reset();
    note.is_given_up = true;
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
  for (std::size_t at = 0; at < due.size(); ++at) {
    try {
      OneRead{context, due[at]}.run();
    } catch (const ProviderAway&) {
      give_back(context, std::span{due}.subspan(at));
      throw;
    }
  }
  return due.size() == static_cast<std::size_t>(k_at_once);
}

}  // namespace reads
