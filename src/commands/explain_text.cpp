#include "commands/explain_text.hpp"

#include <nlohmann/json.hpp>
#include <ostream>

#include "commands/explain_summary.hpp"
#include "commands/explain_words.hpp"
#include "commands/table.hpp"
#include "commands/terminal_text.hpp"

namespace commands {
namespace {

constexpr std::string_view k_indent = "  ";

constexpr Phrase k_title{"Refund {refund} ({source})", "返金 {refund}（{source}）"};
constexpr Phrase k_events{"Events ({count})", "通知（{count}件）"};
constexpr Phrase k_audit{"Audit entries ({count})", "監査記録（{count}件）"};
constexpr Phrase k_messages{"Messages ({count})", "連絡（{count}件）"};
constexpr Phrase k_anomalies{"Anomalies ({count})", "異常（{count}件）"};
constexpr Phrase k_resolved{"{time} by {who}", "{time}（{who}）"};
constexpr Phrase k_open{"open", "未解決"};

std::vector<std::string> headings(Language language, std::initializer_list<Phrase> phrases) {
  std::vector<std::string> texts;
  for (const auto& phrase : phrases) {
    texts.push_back(say(language, phrase));
  }
  return texts;
}

/// A text of a JSON object; "" where there is none.
std::string text_in(const std::string& json, const char* key) {
  const auto object = nlohmann::json::parse(json, nullptr, /*allow_exceptions=*/false);
  const auto value = object.is_object() ? object.find(key) : object.end();
  return value != object.end() && value->is_string() ? value->get<std::string>() : "";
}

Table events_table(const std::vector<store::EventLine>& events, Language language) {
  Table table{headings(language, {{"received", "受信日時"},
                                  {"occurred", "発生日時"},
                                  {"type", "種類"},
                                  {"verdict", "判定"},
                                  {"evidence", "根拠"},
                                  {"from", "送信元"},
                                  {"event", "通知ID"},
                                  {"reason", "理由"}})};
  for (const auto& event : events) {
    table.add_row({time_to_second(event.received_at), time_to_second(event.occurred_at),
                   event.event_type, word_in(language, Vocabulary::verdict, event.verdict),
                   word_in(language, Vocabulary::evidence, event.evidence), event.remote_address,
                   event.event_id, sentence_in(language, event.reason)});
  }
  return table;
}

Table audit_table(const std::vector<store::AuditLine>& audit, Language language) {
  Table table{headings(language, {{"no.", "番号"},
                                  {"recorded", "記録日時"},
                                  {"verdict", "判定"},
                                  {"before", "変更前"},
                                  {"after", "変更後"},
                                  {"amount", "金額"},
                                  {"user", "担当者"},
                                  {"event", "通知ID"},
                                  {"reason", "返金の理由"},
                                  {"notes", "備考"}})};
  for (const auto& entry : audit) {
    table.add_row({std::to_string(entry.chain_index), time_to_second(entry.recorded_at),
                   word_in(language, Vocabulary::verdict, entry.verdict),
                   word_in(language, Vocabulary::status, entry.status_before),
                   word_in(language, Vocabulary::status, entry.status_after),
                   entry.amount ? domain::format_money(*entry.amount) : "", entry.user_id,
                   entry.event_id, entry.reason, sentence_in(language, entry.notes)});
  }
  return table;
}

/// What went wrong with a message last, or why it was not sent.
std::string error_in_short(const store::MessageLine& message, Language language) {
  constexpr std::size_t k_width_max = 60;
  return shortened(printable(sentence_in(language, message.last_error)), k_width_max);
}

Table messages_table(const std::vector<store::MessageLine>& messages, Language language) {
  Table table{headings(language, {{"made", "作成日時"},
                                  {"audience", "宛先"},
                                  {"template", "内容"},
                                  {"priority", "優先度"},
                                  {"state", "状態"},
                                  {"sink", "送信経路"},
                                  {"attempts", "送信回数"},
                                  {"sent", "送信日時"},
                                  {"next attempt", "次回送信"},
                                  {"reference", "受付番号"},
                                  {"last error", "直近のエラー"},
                                  {"what to do", "必要な対応"}})};
  for (const auto& message : messages) {
    table.add_row({time_to_second(message.created_at),
                   word_in(language, Vocabulary::audience, message.audience),
                   word_in(language, Vocabulary::template_name, message.template_name),
                   word_in(language, Vocabulary::priority, message.priority),
                   word_in(language, Vocabulary::state, message.state), message.sink,
                   std::to_string(message.attempts),
                   message.sent_at ? time_to_second(*message.sent_at) : "",
                   message.state == "pending" ? time_to_second(message.next_attempt_at) : "",
                   message.external_reference, error_in_short(message, language),
                   sentence_in(language, text_in(message.payload_json, "nextStep"))});
  }
  return table;
}

std::string resolution(const store::AnomalyLine& anomaly, Language language) {
  return anomaly.resolved_at
             ? say(language, k_resolved,
                   {{"time", time_to_second(*anomaly.resolved_at)}, {"who", anomaly.resolved_by}})
             : say(language, k_open);
}

Table anomalies_table(const std::vector<store::AnomalyLine>& anomalies, Language language) {
  Table table{headings(language, {{"detected", "検出日時"},
                                  {"kind", "種類"},
                                  {"resolved", "解決"},
                                  {"expected", "想定"},
                                  {"found", "実際"}})};
  for (const auto& anomaly : anomalies) {
    table.add_row({time_to_second(anomaly.detected_at), anomaly_name(language, anomaly.kind),
                   resolution(anomaly, language),
                   sentence_in(language, text_in(anomaly.details_json, "expected")),
                   sentence_in(language, text_in(anomaly.details_json, "found"))});
  }
  return table;
}

template <typename Line>
void print_section(const std::vector<Line>& lines, const Phrase& heading, Language language,
                   Table (*table_of)(const std::vector<Line>&, Language), std::ostream& out) {
  out << "\n" << say(language, heading, {{"count", std::to_string(lines.size())}}) << "\n";
  if (!lines.empty()) {
    table_of(lines, language).print(out, k_indent);
  }
}

}  // namespace

void print_history(const store::RefundHistory& history, Language language, std::ostream& out) {
  out << printable(
             say(language, k_title, {{"refund", history.refund_id}, {"source", history.source}}))
      << "\n\n";
  for (const auto& sentence : summarize(history, language)) {
    out << k_indent << printable(sentence) << "\n";
  }
  print_section(history.events, k_events, language, events_table, out);
  print_section(history.audit, k_audit, language, audit_table, out);
  print_section(history.messages, k_messages, language, messages_table, out);
  print_section(history.anomalies, k_anomalies, language, anomalies_table, out);
}

}  // namespace commands
