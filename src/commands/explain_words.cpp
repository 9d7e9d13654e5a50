#include "commands/explain_words.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "outbox/anomaly_wording.hpp"

namespace commands {
namespace {

struct Word {
  std::string_view word;
  std::string_view japanese;
};

constexpr std::array k_statuses{
    Word{"pending", "処理中"},
    Word{"successful", "完了"},
    Word{"failed", "失敗"},
    Word{"canceled", "取消"},
};

constexpr std::array k_verdicts{
    Word{"applied", "反映"},       Word{"unchanged", "変更なし"}, Word{"stale", "古い内容"},
    Word{"unsupported", "対象外"}, Word{"quarantined", "隔離"},   Word{"late", "遅延"},
    Word{"duplicate", "重複"},
};

constexpr std::array k_evidence{
    Word{"signed_webhook", "署名付き通知"},
    Word{"token_webhook", "トークン付き通知"},
    Word{"api_read", "API照会"},
    Word{"statement", "精算明細"},
    Word{"operator", "担当者の登録"},
};

constexpr std::array k_audiences{
    Word{"customer", "お客様"},
    Word{"support", "サポート"},
    Word{"finance", "経理"},
};

constexpr std::array k_priorities{Word{"normal", "通常"}, Word{"high", "至急"}};

constexpr std::array k_states{
    Word{"pending", "送信待ち"},      Word{"sent", "送信済み"}, Word{"superseded", "送信不要"},
    Word{"suppressed", "送信対象外"}, Word{"dead", "送信不能"},
};

constexpr std::array k_templates{
    Word{"refund_initiated", "返金受付のお知らせ"},
    Word{"refund_complete", "返金完了のお知らせ"},
    Word{"refund_correction", "返金に関する訂正"},
    Word{"refund_failed", "返金の失敗"},
    Word{"refund_requires_action", "返金に必要な対応"},
    Word{"refund_canceled", "返金の取消"},
    Word{"refund_recovered", "失敗した返金の完了"},
    Word{"stuck_pending", "処理の停滞"},
    Word{"action_required_too_long", "対応待ちの長期化"},
    Word{"customer_unreachable", "お客様への連絡不能"},
    Word{"refund_reversed", "完了した返金の取り消し"},
    Word{"insufficient_balance", "残高不足"},
};

std::span<const Word> words_of(Vocabulary vocabulary) {
  switch (vocabulary) {
    case Vocabulary::status:
      return k_statuses;
    case Vocabulary::verdict:
      return k_verdicts;
    case Vocabulary::evidence:
      return k_evidence;
    case Vocabulary::audience:
      return k_audiences;
    case Vocabulary::priority:
      return k_priorities;
    case Vocabulary::state:
      return k_states;
    case Vocabulary::template_name:
      return k_templates;
  }
  __builtin_unreachable();
}

}  // namespace

std::string word_in(Language language, Vocabulary vocabulary, std::string_view word) {
  constexpr std::string_view k_escalation = "anomaly_";
  if (language == Language::english) {
    return std::string{word};
  }
  if (vocabulary == Vocabulary::template_name && word.starts_with(k_escalation)) {
    return "異常：" + anomaly_name(language, word.substr(k_escalation.size()));
  }
  const auto words = words_of(vocabulary);
  const auto found = std::ranges::find(words, word, &Word::word);
  return std::string{found == words.end() ? word : found->japanese};
}

std::string anomaly_name(Language language, std::string_view kind) {
  const auto* wording = outbox::find_anomaly_wording(kind);
  const bool is_translated = language == Language::japanese && wording != nullptr;
  return std::string{is_translated ? wording->name.ja : kind};
}

std::string anomaly_sentence(Language language, std::string_view kind) {
  const auto* wording = outbox::find_anomaly_wording(kind);
  if (wording == nullptr) {
    return std::string{kind};
  }
  return std::string{language == Language::japanese ? wording->sentence.ja : wording->sentence.en};
}

}  // namespace commands
