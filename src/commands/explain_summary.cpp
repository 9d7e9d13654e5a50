#include "commands/explain_summary.hpp"

#include <algorithm>
#include <set>

#include "commands/explain_belongings.hpp"
#include "commands/explain_words.hpp"

namespace commands {
namespace {

constexpr Phrase k_pending{"The refund of {amount} is being processed.",
                           "{amount}の返金は処理中です。"};
constexpr Phrase k_action_required{
    "The refund of {amount} is being processed, but somebody must act before it can go on.",
    "{amount}の返金は処理中ですが、手続きを進めるには対応が必要です。"};
constexpr Phrase k_successful{"The refund of {amount} has been completed.",
                              "{amount}の返金は完了しています。"};
constexpr Phrase k_voided{"The refund of {amount} has been completed: the payment was voided.",
                          "{amount}の返金は、決済の取り消しとして完了しています。"};
constexpr Phrase k_failed{
    "The refund of {amount} has failed: it paid nothing back.",
    "{amount}の返金は失敗しました。この返金による払い戻しは行われていません。"};
constexpr Phrase k_canceled{
    "The refund of {amount} was canceled: it paid nothing back.",
    "{amount}の返金は取り消されました。この返金による払い戻しは行われていません。"};
constexpr Phrase k_amount_unknown{"an amount that is not known", "金額不明"};
constexpr Phrase k_unknown{
    "Events about this refund have arrived, but none could be applied: its state is not known.",
    "この返金に関する通知は届いていますが、反映できたものがないため、返金の状態は不明です。"};

constexpr Phrase k_test{"This is a test: no real money moves.",
                        "これはテストモードの返金です。実際のお金は動きません。"};
constexpr Phrase k_corrected{
    "A final outcome of it was replaced by another: the customer may have been told otherwise.",
    "一度確定した結果がその後変更されています。以前のご案内と異なる場合があります。"};
constexpr Phrase k_since{
    "This has been its state since {since}; the refund itself dates from {requested}.",
    "この状態になった日時は{since}、返金の受付日時は{requested}です。"};
constexpr Phrase k_known_from{"We know this from {evidence}.",
                              "この情報の根拠は、{evidence}です。"};
constexpr Phrase k_reason{"The reason given for it: {reason}", "返金の理由：{reason}"};
constexpr Phrase k_failure{"Why it failed: {failure}", "失敗の理由：{failure}"};
constexpr Phrase k_failure_with_code{"{message} ({code})", "{message}（{code}）"};
constexpr Phrase k_next_step{"What to do: {step}", "必要な対応：{step}"};
constexpr Phrase k_attention{"Attention: {sentence}", "注意：{sentence}"};

const Phrase& state_phrase(const domain::Refund& refund) {
  switch (refund.status) {
    case domain::RefundStatus::pending:
      return refund.action_required ? k_action_required : k_pending;
    case domain::RefundStatus::successful:
      return refund.voided ? k_voided : k_successful;
    case domain::RefundStatus::failed:
      return k_failed;
    case domain::RefundStatus::canceled:
      return k_canceled;
  }
  __builtin_unreachable();
}

Phrase evidence_phrase(domain::Evidence evidence) {
  switch (evidence) {
    case domain::Evidence::token_webhook:
      return {"a message of the payment provider with the agreed token",
              "決済会社からのトークン付き通知"};
    case domain::Evidence::signed_webhook:
      return {"a message signed by the payment provider", "決済会社からの署名付き通知"};
    case domain::Evidence::api_read:
      return {"the payment provider's own records", "決済会社への照会結果"};
    case domain::Evidence::statement:
      return {"the payment provider's statement", "決済会社の精算明細"};
    case domain::Evidence::operator_:
      return {"an entry by our own staff", "当社担当者による登録"};
  }
  __builtin_unreachable();
}

std::string failure_of(const domain::Refund& refund, Language language) {
  const auto message = refund.failure_message.value_or("");
  const auto code = refund.failure_code.value_or("");
  if (message.empty() || code.empty()) {
    return message + code;
  }
  return say(language, k_failure_with_code, {{"message", message}, {"code", code}});
}

void tell_state(const domain::Refund& refund, Language language,
                std::vector<std::string>& sentences) {
  const auto& amount = refund.amount.value;
  sentences.push_back(
      say(language, state_phrase(refund),
          {{"amount", amount ? spoken(*amount, language) : say(language, k_amount_unknown)}}));
  if (!refund.livemode) {
    sentences.push_back(say(language, k_test));
  }
  if (refund.episode > 1) {
    sentences.push_back(say(language, k_corrected));
  }
}

void tell_how_known(const store::RefundHistory& history, Language language,
                    std::vector<std::string>& sentences) {
  const auto& refund = *history.refund;
  sentences.push_back(say(language, k_since,
                          {{"since", time_to_second(state_since(history))},
                           {"requested", time_to_second(refund.requested_at)}}));
  sentences.push_back(say(language, k_known_from,
                          {{"evidence", say(language, evidence_phrase(refund.key.evidence))}}));
}

void tell_why(const domain::Refund& refund, Language language,
              std::vector<std::string>& sentences) {
  if (!refund.reason.value.value_or("").empty()) {
    sentences.push_back(say(language, k_reason, {{"reason", *refund.reason.value}}));
  }
  if (refund.status != domain::RefundStatus::failed) {
    return;
  }
  const auto failure = failure_of(refund, language);
  if (!failure.empty()) {
    sentences.push_back(say(language, k_failure, {{"failure", failure}}));
  }
  const auto step = domain::next_step_after_failure(refund.failure_code.value_or(""));
  sentences.push_back(say(language, k_next_step, {{"step", sentence_in(language, step)}}));
}

/// Each kind of open anomaly once.
void tell_anomalies(const std::vector<store::AnomalyLine>& anomalies, Language language,
                    std::vector<std::string>& sentences) {
  std::set<std::string> told;
  for (const auto& anomaly : anomalies) {
    if (!anomaly.resolved_at && told.insert(anomaly.kind).second) {
      sentences.push_back(
          say(language, k_attention, {{"sentence", anomaly_sentence(language, anomaly.kind)}}));
    }
  }
}

}  // namespace

std::vector<std::string> summarize(const store::RefundHistory& history, Language language) {
  std::vector<std::string> sentences;
  if (history.refund) {
    tell_state(*history.refund, language, sentences);
    tell_how_known(history, language, sentences);
    tell_why(*history.refund, language, sentences);
    tell_belongings(history, language, sentences);
    tell_customer_messages(history.messages, language, sentences);
  } else {
    sentences.push_back(say(language, k_unknown));
  }
  tell_anomalies(history.anomalies, language, sentences);
  return sentences;
}

/// A later report may repeat the state: then the one that brought it counts.
domain::Time state_since(const store::RefundHistory& history) {
  const auto& refund = *history.refund;
  const auto status = domain::to_string(refund.status);
  const auto entry = std::ranges::find_if(
      history.audit.rbegin(), history.audit.rend(), [status](const store::AuditLine& line) {
        return line.status_after == status && line.status_before != status;
      });
  if (entry == history.audit.rend()) {
    return refund.key.occurred_at;
  }
  const auto event =
      std::ranges::find(history.events, entry->event_id, &store::EventLine::event_id);
  return event == history.events.end() ? refund.key.occurred_at : event->occurred_at;
}

std::string time_to_second(domain::Time time) {
  return domain::format_rfc3339(std::chrono::floor<std::chrono::seconds>(time));
}

}  // namespace commands
