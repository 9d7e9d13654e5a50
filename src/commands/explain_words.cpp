#include "commands/explain_words.hpp"

#include <algorithm>
#include <array>
#include <span>

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

struct AnomalyWords {
  std::string_view kind;
  std::string_view japanese_name;
  Phrase sentence;
};

constexpr std::array k_anomalies{
    AnomalyWords{"over_refund",
                 "返金超過",
                 {"The refunds of the charge add up to more than was paid.",
                  "返金の合計が決済金額を超えています。"}},
    AnomalyWords{"currency_mismatch",
                 "通貨の不一致",
                 {"The refund is not in the currency that was known.",
                  "返金の通貨が、記録されている通貨と異なります。"}},
    AnomalyWords{"amount_changed",
                 "金額の相違",
                 {"Two different amounts were reported.", "異なる金額が通知されています。"}},
    AnomalyWords{"charge_changed",
                 "決済の相違",
                 {"Two different charges were reported for the refund.",
                  "この返金について、異なる決済が通知されています。"}},
    AnomalyWords{"order_changed",
                 "注文の相違",
                 {"Two different orders were reported for the refund.",
                  "この返金について、異なる注文が通知されています。"}},
    AnomalyWords{"contradicting_outcome",
                 "結果の矛盾",
                 {"Two different outcomes were reported.", "異なる結果が通知されています。"}},
    AnomalyWords{"non_positive_amount",
                 "不正な金額",
                 {"The amount is not greater than zero.", "金額がゼロ以下です。"}},
    AnomalyWords{"below_minimum",
                 "最低額未満",
                 {"The amount is below the provider's minimum.",
                  "金額が決済会社の定める最低額を下回っています。"}},
    AnomalyWords{"too_many_refunds",
                 "返金回数の超過",
                 {"The charge has more refunds than the provider allows.",
                  "返金の回数が決済会社の定める上限を超えています。"}},
    AnomalyWords{"past_window",
                 "返金期限の超過",
                 {"The refund was requested after the payment method's refund period.",
                  "支払方法ごとの返金期限を過ぎてから返金が申請されています。"}},
    AnomalyWords{
        "suspected_duplicate_refund",
        "二重返金の疑い",
        {"A refund of the same amount was requested within minutes: perhaps twice the same.",
         "同じ金額の返金が短時間に続けて申請されており、二重返金の可能性があります。"}},
    AnomalyWords{"unknown_order",
                 "注文不明",
                 {"It is not known which order the refund belongs to.",
                  "どの注文に対する返金か確認できていません。"}},
    AnomalyWords{"charge_not_successful",
                 "未成立の決済",
                 {"The charge was not successful.", "もとの決済が成立していません。"}},
    AnomalyWords{"mode_mismatch",
                 "モードの不一致",
                 {"An event came from the wrong mode (test or live).",
                  "通知のモード（本番・テスト）が設定と異なります。"}},
    AnomalyWords{"conflicting_duplicate",
                 "重複通知の矛盾",
                 {"An event came again with the same id and another content.",
                  "同じ通知IDで内容の異なる通知が届いています。"}},
    AnomalyWords{"late_signature",
                 "署名時刻のずれ",
                 {"An event was signed too long before or after it arrived.",
                  "署名時刻が許容範囲を外れた通知が届いています。"}},
    AnomalyWords{"unsupported_status",
                 "未知の状態",
                 {"The provider used a status that is not known here.",
                  "決済会社から未知の状態が通知されています。"}},
    AnomalyWords{"undecodable_event",
                 "解読できない通知",
                 {"An event could not be understood.", "内容を読み取れない通知が届いています。"}},
    AnomalyWords{"stuck_pending",
                 "処理の停滞",
                 {"The refund has been pending for too long.",
                  "返金が長時間、処理中のままになっています。"}},
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
  const auto* found = std::ranges::find(k_anomalies, kind, &AnomalyWords::kind);
  const bool is_translated = language == Language::japanese && found != k_anomalies.end();
  return std::string{is_translated ? found->japanese_name : kind};
}

std::string anomaly_sentence(Language language, std::string_view kind) {
  const auto* found = std::ranges::find(k_anomalies, kind, &AnomalyWords::kind);
  return std::string{found == k_anomalies.end() ? kind : in(language, found->sentence)};
}

}  // namespace commands
