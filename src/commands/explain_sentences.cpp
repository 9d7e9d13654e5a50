// The sentences that refundd writes in English, in Japanese. A braces pair stands for what changes.
#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "commands/explain_words.hpp"

namespace commands {
namespace {

// Of two that fit the same sentence the first counts.
constexpr std::array k_sentences{
    // Why an event was not applied.
    Phrase{"the event is about a refund but carries something else",
           "返金の通知ですが、返金の情報が含まれていません"},
    Phrase{"the event is about a charge but carries something else",
           "決済の通知ですが、決済の情報が含まれていません"},
    Phrase{"the event carries no refund", "返金の情報が含まれていません"},
    Phrase{"the event carries no charge", "決済の情報が含まれていません"},
    Phrase{"the refund has no id", "返金のIDがありません"},
    Phrase{"the refund's id is not usable", "返金のIDが不正です"},
    Phrase{"the charge has no id", "決済のIDがありません"},
    Phrase{"the charge's id is not usable", "決済のIDが不正です"},
    Phrase{"the refund's charge has no usable id", "返金対象の決済のIDが不正です"},
    Phrase{"the refund names two different charges", "返金対象として二つの決済が示されています"},
    Phrase{"the refund's status is not a word", "返金の状態が不正です"},
    Phrase{"the event says both that the refund succeeded and that it did not",
           "返金の完了と未完了の両方が示されています"},
    Phrase{"the event's type is not a usable word", "通知の種類が不正です"},
    Phrase{"the event's id is not usable", "通知のIDが不正です"},
    Phrase{"events of this type change nothing here", "この種類の通知は処理の対象外です"},
    Phrase{"the amount is not a whole number", "金額が整数ではありません"},
    Phrase{"the amount is too large", "金額が大きすぎます"},
    Phrase{"the amount is not greater than zero", "金額がゼロ以下です"},
    Phrase{"the amount has no currency", "金額の通貨がありません"},
    Phrase{"the currency is not a word", "通貨が不正です"},
    Phrase{"the currency is not one that ISO 4217 lists", "通貨がISO 4217にありません"},
    Phrase{"livemode is neither true nor false", "モードの指定が不正です"},
    Phrase{"voided is neither true nor false", "取消区分（voided）の指定が不正です"},
    Phrase{"the event is from live mode, its source is in test mode",
           "テスト用の設定に本番の通知が届きました"},
    Phrase{"the event is from test mode, its source is in live mode",
           "本番用の設定にテストの通知が届きました"},
    Phrase{"the signature is right, but its time is more than {} seconds away from ours",
           "署名は正しいものの、署名時刻が当社の時刻と{}秒を超えてずれています"},
    Phrase{"the status \"{}\" is not known here", "状態「{}」は未対応です"},
    // Of audit entries and anomalies.
    Phrase{"its charge names the order it belongs to", "決済の情報により注文が判明しました"},
    Phrase{"the event came again with the same id and another content",
           "同じIDで内容の異なる通知が再び届きました"},
    Phrase{"neither the refund nor its charge names an order",
           "返金にも決済にも注文の情報がありません"},
    Phrase{"pending", "処理中"},
    Phrase{"successful", "完了"},
    Phrase{"failed", "失敗"},
    Phrase{"canceled", "取消"},
    Phrase{"expired", "期限切れ"},
    Phrase{"within {} days of {}", "{}日以内（起算：{}）"},
    Phrase{"at most {} refunds", "{}回まで"},
    Phrase{"{} refunds", "{}回"},
    Phrase{"at least {}", "{}以上"},
    Phrase{"at most {}", "{}以下"},
    Phrase{"one refund of {}", "{}の返金は1回"},
    Phrase{"the same amount in {} within {} s", "{}と同額（{}秒以内）"},
    Phrase{"a successful charge", "成立した決済"},
    Phrase{"a sum that fits 64 bits", "64ビットに収まる合計"},
    Phrase{"a sum that does not fit 64 bits", "64ビットに収まらない合計"},
    // Why a message was not sent.
    Phrase{"switched off by the configuration", "設定により送信しません"},
    Phrase{"test mode without a test_recipient", "テスト用の宛先が設定されていません"},
    Phrase{"no address is known", "宛先が登録されていません"},
    Phrase{"no longer open", "すでに解決済みです"},
    Phrase{"no longer so: the refund is pending", "返金の状態が処理中に変わりました"},
    Phrase{"no longer so: the refund is successful", "返金の状態が完了に変わりました"},
    Phrase{"no longer so: the refund is failed", "返金の状態が失敗に変わりました"},
    Phrase{"no longer so: the refund is canceled", "返金の状態が取消に変わりました"},
    Phrase{"none of its attempts came to an end: whoever made them may have crashed",
           "いずれの送信も完了しませんでした（送信中に異常終了した可能性があります）"},
    Phrase{"canceled by {}: {}", "{}が送信を取りやめました：{}"},
    Phrase{"to be tried again, by {}; before: {}", "{}が再送を指示しました（以前：{}）"},
    Phrase{"to be tried again, by {}", "{}が再送を指示しました"},
    // What to do after a failure.
    Phrase{"Nothing is left to refund on this charge: check its other refunds before answering.",
           "この決済に返金可能な残額はありません。ご回答の前に、他の返金を確認してください。"},
    Phrase{"Ask finance to top up the provider balance, then create the refund again.",
           "決済会社の残高の補充を経理に依頼し、そのうえで返金を再度作成してください。"},
    Phrase{"Look the charge up in the provider's dashboard: its id is not known.",
           "決済IDが見つかりません。決済会社の管理画面で決済を確認してください。"},
    Phrase{"The charge was never paid: there is nothing to give back.",
           "この決済は支払われていないため、返金するものはありません。"},
    Phrase{"Create the refund again with no more than the charge's remaining amount.",
           "決済の返金可能な残額以内で、返金を再度作成してください。"},
    Phrase{
        "Look at the refund in the provider's dashboard, then retry it or pay the customer back "
        "another way.",
        "決済会社の管理画面で返金を確認し、再度返金するか、別の方法でお客様に返金してください。"},
};

/// What stands at the places of `pattern` in `text`; nullopt: the two do not fit.
std::optional<std::vector<std::string_view>> match(std::string_view pattern,
                                                   std::string_view text) {
  std::vector<std::string_view> found;
  for (auto place = pattern.find("{}"); place != std::string_view::npos;
       place = pattern.find("{}")) {
    if (!text.starts_with(pattern.substr(0, place))) {
      return std::nullopt;
    }
    text.remove_prefix(place);
    pattern.remove_prefix(place + 2);
    const auto behind = pattern.substr(0, pattern.find("{}"));
    const auto end = behind.empty() ? text.size() : text.find(behind);
    if (end == std::string_view::npos) {
      return std::nullopt;
    }
    found.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return text == pattern ? std::optional{found} : std::nullopt;
}

std::string filled(std::string_view pattern, const std::vector<std::string_view>& values) {
  std::string text;
  for (const auto value : values) {
    const auto place = pattern.find("{}");
    text.append(pattern.substr(0, place)).append(value);
    pattern.remove_prefix(place + 2);
  }
  return text.append(pattern);
}

}  // namespace

std::string sentence_in(Language language, std::string_view sentence) {
  if (language == Language::english) {
    return std::string{sentence};
  }
  for (const auto& phrase : k_sentences) {
    if (const auto values = match(phrase.english, sentence)) {
      return filled(phrase.japanese, *values);
    }
  }
  return std::string{sentence};
}

}  // namespace commands
