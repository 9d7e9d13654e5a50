#include "commands/explain_belongings.hpp"

#include <algorithm>

#include "commands/explain_summary.hpp"
#include "commands/explain_words.hpp"
#include "domain/order.hpp"

namespace commands {
namespace {

constexpr Phrase k_order{"It belongs to order {order}.", "対象の注文は{order}です。"};
constexpr Phrase k_no_order{"It is not known which order it belongs to.",
                            "対象の注文は確認できていません。"};
constexpr Phrase k_charge{"It belongs to charge {charge}.", "対象の決済は{charge}です。"};
constexpr Phrase k_no_charge{"It is not known which charge it belongs to.",
                             "対象の決済は確認できていません。"};

constexpr Phrase k_charge_left{
    "Of the charge's {original}, {refunded} has been refunded and {pending} is being refunded; "
    "{remaining} is left.",
    "決済金額{original}のうち、{refunded}が返金済み、{pending}が返金処理中で、残りは{remaining}"
    "です。"};
constexpr Phrase k_charge_refunded{"The charge of {original} has been refunded in full.",
                                   "決済金額{original}は全額返金済みです。"};
constexpr Phrase k_charge_exceeded{
    "The refunds of the charge add up to {excess} more than the {original} that was paid.",
    "返金の合計が決済金額{original}を{excess}超えています。"};
constexpr Phrase k_charge_unknown{
    "{refunded} of the charge has been refunded and {pending} is being refunded; the charge's own "
    "amount is not known, and so neither is what is left of it.",
    "決済金額が確認できていないため、残額は不明です（返金済み{refunded}、返金処理中{pending}）。"};

constexpr Phrase k_order_paid{"Nothing of order {order} has been refunded.",
                              "注文{order}では、まだ返金は行われていません。"};
constexpr Phrase k_order_failed{
    "Nothing of order {order} has been refunded: its refund failed.",
    "注文{order}の返金は失敗しており、まだ払い戻しは行われていません。"};
constexpr Phrase k_order_pending{"A refund of order {order} is being processed: {pending}.",
                                 "注文{order}の返金は処理中です（{pending}）。"};
constexpr Phrase k_order_partial{"Order {order} is partially refunded: {refunded} of {total}.",
                                 "注文{order}は一部返金済みです（{total}のうち{refunded}）。"};
constexpr Phrase k_order_total_unknown{
    "Of order {order}, {refunded} is refunded; its total is not known.",
    "注文{order}は{refunded}が返金済みです（注文の合計金額は確認できていません）。"};
constexpr Phrase k_order_refunded{"Order {order} is refunded in full: {refunded}.",
                                  "注文{order}は全額返金済みです（{refunded}）。"};

constexpr Phrase k_told{"The customer was last sent \"{what}\", at {time}.",
                        "お客様には{time}に「{what}」をお送りしています。"};
constexpr Phrase k_waiting{"A message to the customer is waiting to be sent.",
                           "お客様へのご連絡は送信待ちです。"};
constexpr Phrase k_not_told{"Nothing has been sent to the customer.",
                            "お客様へのご連絡はお送りしていません。"};

/// Sums of one row; its currency is unknown as long as no amount is.
class Sums {
 public:
  Sums(std::string_view currency, Language language)
      : currency_{domain::Currency::parse(currency)}, language_{language} {}

  [[nodiscard]] std::string spoken(std::int64_t amount_minor) const {
    return currency_ ? commands::spoken({amount_minor, *currency_}, language_)
                     : std::to_string(amount_minor);
  }

 private:
  std::optional<domain::Currency> currency_;
  Language language_;
};

std::string charge_sentence(const store::ChargeLine& charge, Language language) {
  const Sums sums{charge.currency, language};
  const auto refunded = sums.spoken(charge.refunded_minor);
  const auto pending = sums.spoken(charge.pending_minor);
  if (!charge.original_minor || !charge.remaining_minor) {
    return say(language, k_charge_unknown, {{"refunded", refunded}, {"pending", pending}});
  }
  const auto original = sums.spoken(*charge.original_minor);
  if (*charge.remaining_minor < 0) {
    const auto excess = domain::checked_subtract(0, *charge.remaining_minor);
    return say(language, k_charge_exceeded,
               {{"excess", sums.spoken(excess.value_or(0))}, {"original", original}});
  }
  if (charge.fully_refunded) {
    return say(language, k_charge_refunded, {{"original", original}});
  }
  return say(language, k_charge_left,
             {{"original", original},
              {"refunded", refunded},
              {"pending", pending},
              {"remaining", sums.spoken(*charge.remaining_minor)}});
}

/// A status that is not known here is told by its sums.
const Phrase& order_phrase(const store::OrderLine& order) {
  using enum domain::OrderStatus;
  const auto is = [&order](domain::OrderStatus status) {
    return order.status == domain::to_string(status);
  };
  if (is(paid)) {
    return k_order_paid;
  }
  if (is(refund_failed)) {
    return k_order_failed;
  }
  if (is(refund_pending)) {
    return k_order_pending;
  }
  if (is(refunded)) {
    return k_order_refunded;
  }
  return order.total_minor ? k_order_partial : k_order_total_unknown;
}

std::string order_sentence(const store::OrderLine& order, Language language) {
  const Sums sums{order.currency, language};
  return say(language, order_phrase(order),
             {{"order", order.order_id},
              {"refunded", sums.spoken(order.refunded_minor)},
              {"pending", sums.spoken(order.pending_minor)},
              {"total", sums.spoken(order.total_minor.value_or(0))}});
}

/// The title of a message in a sentence.
std::string title_of(const store::MessageLine& message, Language language) {
  auto title = word_in(language, Vocabulary::template_name, message.template_name);
  std::ranges::replace(title, '_', ' ');
  return title;
}

}  // namespace

void tell_belongings(const store::RefundHistory& history, Language language,
                     std::vector<std::string>& sentences) {
  const auto& refund = *history.refund;
  const auto& charge_id = refund.charge_id.value;
  sentences.push_back(say(language, refund.order_id ? k_order : k_no_order,
                          {{"order", refund.order_id.value_or("")}}));
  sentences.push_back(
      say(language, charge_id ? k_charge : k_no_charge, {{"charge", charge_id.value_or("")}}));
  if (history.charge) {
    sentences.push_back(charge_sentence(*history.charge, language));
  }
  if (history.order) {
    sentences.push_back(order_sentence(*history.order, language));
  }
}

void tell_customer_messages(const std::vector<store::MessageLine>& messages, Language language,
                            std::vector<std::string>& sentences) {
  const store::MessageLine* sent = nullptr;
  bool is_waiting = false;
  for (const auto& message : messages) {
    if (message.audience != "customer") {
      continue;
    }
    if (message.sent_at && (sent == nullptr || *message.sent_at >= *sent->sent_at)) {
      sent = &message;
    }
    is_waiting = is_waiting || message.state == "pending";
  }
  if (sent != nullptr) {
    sentences.push_back(
        say(language, k_told,
            {{"what", title_of(*sent, language)}, {"time", time_to_second(*sent->sent_at)}}));
  }
  if (is_waiting) {
    // Which one is left open: the dispatcher drops what no longer holds.
    sentences.push_back(say(language, k_waiting));
  } else if (sent == nullptr) {
    sentences.push_back(say(language, k_not_told));
  }
}

std::string spoken(const domain::Money& money, Language language) {
  auto text = domain::format_money(money);
  if (language == Language::japanese && money.currency.code() == "JPY") {
    text.replace(text.find(" JPY"), std::string_view{" JPY"}.size(), "円");
  }
  return text;
}

}  // namespace commands
