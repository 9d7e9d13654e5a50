#include "commands/can_refund_words.hpp"

namespace commands {
namespace {

using domain::RefundObstacle;
using domain::RefundWarning;

struct Sentences {
  Phrase what;
  Phrase what_to_do;
};

constexpr Sentences k_unknown_charge{
    {"No charge {word} is known here.", "決済{word}は登録されていません。"},
    {"Check the charge's id and that it belongs to this account; if it is new, ask again later.",
     "決済IDとアカウントをご確認ください。新しい決済の場合は、しばらくしてから再度ご確認ください"
     "。"}};

constexpr Sentences k_not_paid{
    {"The charge was not paid: it is {word}.", "この決済は支払われていません（状態：{word}）。"},
    {"There is nothing to pay back. Wait until the payment succeeds, or close the order.",
     "返金はできません。支払いの完了をお待ちいただくか、注文を取り消してください。"}};
constexpr Sentences k_already_refunded{{"The charge of {amount} has been refunded in full.",
                                        "この決済（{amount}）は全額返金済みです。"},
                                       {"Tell the customer about the refund that was made; look at "
                                        "it with `refundctl charge summary`.",
                                        "返金済みであることをお客様にご案内ください。詳細は "
                                        "refundctl charge summary で確認できます。"}};
constexpr Sentences k_exceeds{
    {"The amount is more than what is left of the charge: {amount}.",
     "金額が返金可能な残額（{amount}）を超えています。"},
    {"Ask for at most what is left.", "残額以下の金額を指定してください。"}};
constexpr Sentences k_below_minimum{
    {"The smallest amount that can be refunded is {amount}.",
     "返金できる最小の金額は{amount}です。"},
    {"Ask for at least that much. AMOUNT is in minor units: 1000 is 10.00 THB.",
     "最小金額以上を指定してください。金額は最小単位で指定します（1000は10.00 THB）。"}};
constexpr Sentences k_currency{{"The charge was paid in {word}.", "この決済の通貨は{word}です。"},
                               {"A refund is made in the currency of its charge: ask for {word}.",
                                "返金は決済と同じ通貨で行われます。{word}で指定してください。"}};

constexpr Sentences k_window_passed{
    {"The window of {count} days for this payment method ended at {until}.",
     "この支払方法の返金期間（{count}日）は{until}に終了しました。"},
    {"The provider may refuse it: consider another compensation, like a bank transfer.",
     "返金が拒否されることがあります。銀行振込など、別の方法をご検討ください。"}};
constexpr Sentences k_window_near{
    {"The window of {count} days for this payment method ends at {until}.",
     "この支払方法の返金期間（{count}日）は{until}に終了します。"},
    {"Make the refund before that.", "それまでに返金してください。"}};
constexpr Sentences k_old_card{
    {"The card was charged more than {count} days ago.",
     "カード決済から{count}日以上が経過しています。"},
    {"Banks decline more of these refunds: look whether it succeeds, and have another way ready.",
     "カード会社に拒否される可能性が高くなります。結果を確認し、別の方法もご用意ください。"}};
constexpr Sentences k_too_many{
    {"The charge has as many refunds as the provider takes: {count}.",
     "この決済の返金回数が上限（{count}回）に達しています。"},
    {"The provider may refuse another: consider another compensation.",
     "追加の返金は拒否されることがあります。別の方法をご検討ください。"}};
constexpr Sentences k_pending{
    {"Refunds of the charge are still being processed ({count}): {amount}.",
     "この決済には処理中の返金が{count}件あります（{amount}）。"},
    {"Make sure that this one is another, and not the same again.",
     "同じ返金の二重依頼でないことをご確認ください。"}};
constexpr Sentences k_unknown_total{
    {"It is not known how much was paid.", "決済金額が確認できていません。"},
    {"Look at the charge at the provider before: what is left cannot be computed here.",
     "残額を計算できません。事前に決済会社の管理画面で金額をご確認ください。"}};
constexpr Sentences k_suspected_duplicate{
    {"A refund of the same amount was requested within 300 seconds: {word}.",
     "同じ金額の返金{word}が300秒以内に依頼されています。"},
    {"Make sure that it is not the same request sent twice.",
     "同じ依頼の二重送信でないことをご確認ください。"}};
constexpr Sentences k_active_account{
    {"A refund by {word} needs the customer's account to be active.",
     "{word}の返金には、お客様の口座が有効である必要があります。"},
    {"Ask the customer whether it still is.", "口座が有効かどうか、お客様にご確認ください。"}};

const Sentences& sentences_of(RefundObstacle obstacle) {
  switch (obstacle) {
    case RefundObstacle::charge_not_paid:
      return k_not_paid;
    case RefundObstacle::charge_already_refunded:
      return k_already_refunded;
    case RefundObstacle::amount_exceeds_refundable:
      return k_exceeds;
    case RefundObstacle::below_minimum:
      return k_below_minimum;
    case RefundObstacle::currency_mismatch:
      return k_currency;
  }
  __builtin_unreachable();
}

const Sentences& sentences_of(RefundWarning warning) {
  switch (warning) {
    case RefundWarning::window_passed:
      return k_window_passed;
    case RefundWarning::window_near:
      return k_window_near;
    case RefundWarning::old_card_payment:
      return k_old_card;
    case RefundWarning::too_many_refunds:
      return k_too_many;
    case RefundWarning::pending_refunds:
      return k_pending;
    case RefundWarning::unknown_total:
      return k_unknown_total;
    case RefundWarning::suspected_duplicate:
      return k_suspected_duplicate;
    case RefundWarning::active_account_required:
      return k_active_account;
  }
  __builtin_unreachable();
}

template <typename Kind>
Advice fill(const domain::Finding<Kind>& finding, Language language) {
  const auto& sentences = sentences_of(finding.kind);
  const Phrase unknown{"amount unknown", "金額不明"};
  const std::string amount =
      finding.amount ? domain::format_money(*finding.amount) : std::string{in(language, unknown)};
  const std::string until = finding.until ? domain::format_rfc3339(*finding.until) : "";
  const std::string count = std::to_string(finding.count.value_or(0));
  const Values values{
      {"amount", amount}, {"until", until}, {"count", count}, {"word", finding.word}};
  return {say(language, sentences.what, values), say(language, sentences.what_to_do, values)};
}

}  // namespace

Advice advice_on(const domain::Finding<RefundObstacle>& finding, Language language) {
  return fill(finding, language);
}

Advice advice_on(const domain::Finding<RefundWarning>& finding, Language language) {
  return fill(finding, language);
}

Advice advice_on_unknown_charge(const std::string& charge_id, Language language) {
  return {say(language, k_unknown_charge.what, {{"word", charge_id}}),
          say(language, k_unknown_charge.what_to_do)};
}

}  // namespace commands
