#include "outbox/payment_method_wording.hpp"

#include <array>

namespace outbox {
namespace {

enum class Rule { card, bank, active_account, until_midnight_in_japan };

struct Method {
  std::string_view prefix;  // of the provider's word for it
  Phrase name;
  Rule rule;
};

constexpr std::array k_methods{
    Method{"card", {"Card", "カード", "บัตร"}, Rule::card},
    Method{"credit_card", {"Card", "カード", "บัตร"}, Rule::card},
    Method{"internet_banking",
           {"Internet banking", "インターネットバンキング", "อินเทอร์เน็ตแบงก์กิ้ง"},
           Rule::bank},
    Method{"mobile_banking", {"Mobile banking", "モバイルバンキング", "โมบายแบงก์กิ้ง"}, Rule::bank},
    Method{"promptpay", {"PromptPay", "PromptPay", "พร้อมเพย์"}, Rule::active_account},
    Method{"truemoney", {"TrueMoney", "TrueMoney", "ทรูมันนี่"}, Rule::active_account},
    Method{"alipay", {"Alipay", "Alipay", "Alipay"}, Rule::active_account},
    Method{"paypay", {"PayPay", "PayPay", "PayPay"}, Rule::until_midnight_in_japan},
};

constexpr Phrase k_window_ended{
    "The refund window has ended and a new attempt may be refused: consider another compensation.",
    "返金期限を過ぎており、再度の返金は受け付けられない可能性があります。別の方法での補償をご検討く"
    "ださい。",
    "พ้นกำหนดคืนเงินแล้ว การคืนเงินใหม่อาจถูกปฏิเสธ ควรพิจารณาชดเชยลูกค้าด้วยวิธีอื่น"};
constexpr Phrase k_bay_ended{
    "The refund window has ended, and this bank (BAY) is strict about it: pay the customer back "
    "another way.",
    "返金期限を過ぎています。この銀行（BAY）は期限を厳格に適用するため、別の方法でお客様に返金して"
    "くだ"
    "さい。",
    "พ้นกำหนดคืนเงินแล้ว และธนาคารนี้ (BAY) เคร่งครัดเรื่องกำหนดเวลา โปรดคืนเงินให้ลูกค้าด้วยวิธีอื่น"};
constexpr Phrase k_bay{
    "This bank (BAY) takes refunds strictly within 90 days: do not wait.",
    "この銀行（BAY）の返金期限は90日で、厳格に適用されます。お早めに対応してください。",
    "ธนาคารนี้ (BAY) รับคืนเงินภายใน 90 วันอย่างเคร่งครัด โปรดดำเนินการโดยเร็ว"};
constexpr Phrase k_old_card{
    "The card was charged over 180 days ago: refunds of such charges are declined more often.",
    "カード決済から180日を超えているため、返金が拒否される可能性が高くなります。",
    "รายการชำระด้วยบัตรนี้เกิน 180 วันแล้ว การคืนเงินมีโอกาสถูกปฏิเสธสูงขึ้น"};
constexpr Phrase k_very_old_card{
    "The card was charged over 365 days ago: consider another compensation.",
    "カード決済から365日を超えています。別の方法での補償をご検討ください。",
    "รายการชำระด้วยบัตรนี้เกิน 365 วันแล้ว ควรพิจารณาชดเชยลูกค้าด้วยวิธีอื่น"};
constexpr Phrase k_card_of_unknown_age{
    "Refunds to a card are declined more often once the charge is over 180 days old; over 365 "
    "days, "
    "consider another compensation.",
    "カード決済から180日を超えると返金が拒否されやすくなります。365日を超えている場合は、別の方法で"
    "の"
    "補償をご検討ください。",
    "การคืนเงินเข้าบัตรมีโอกาสถูกปฏิเสธสูงขึ้นเมื่อรายการชำระเกิน 180 วัน และหากเกิน 365 วัน "
    "ควรพิจารณาชดเชยลูกค้าด้วยวิธีอื่น"};
constexpr Phrase k_active_account{
    "The customer's {} account must be active to receive a refund: ask the customer first.",
    "返金を受け取るには、お客様の{}"
    "アカウントが有効である必要があります。先にお客様に確認してください。",
    "บัญชี {} ของลูกค้าต้องยังใช้งานได้จึงจะรับเงินคืนได้ โปรดสอบถามลูกค้าก่อน"};
constexpr Phrase k_until_midnight{
    "PayPay takes refunds until 23:59:59 Japan time (JST) on the last day of its window.",
    "PayPayの返金は、期限日の日本時間23:59:59まで受け付けられます。",
    "PayPay รับคืนเงินถึงเวลา 23:59:59 น. ตามเวลาญี่ปุ่น (JST) ของวันสุดท้ายในกำหนด"};

const Method* find_method(std::string_view payment_method) {
  for (const Method& method : k_methods) {
    if (payment_method.starts_with(method.prefix)) {
      return &method;
    }
  }
  return nullptr;
}

bool is_bay(std::string_view payment_method) {
  return payment_method.ends_with("_bay");
}

// "internet_banking_bay" → "BAY": the staff know the banks by these codes.
std::string bank_code(std::string_view payment_method, const Method& method) {
  const auto behind = payment_method.substr(method.prefix.size());
  std::string code;
  for (const char letter : behind.substr(behind.starts_with('_') ? 1 : 0)) {
    code += letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
  }
  return code;
}

std::string card_advice(const RefundWindow& window, Language language) {
  constexpr int k_declined_more_often_days = 180;
  constexpr int k_compensate_days = 365;
  if (!window.charge_age_days) {
    return std::string{in(language, k_card_of_unknown_age)};
  }
  if (*window.charge_age_days > k_compensate_days) {
    return std::string{in(language, k_very_old_card)};
  }
  const bool is_old = *window.charge_age_days > k_declined_more_often_days;
  return is_old ? std::string{in(language, k_old_card)} : "";
}

std::string advice_of_rule(const Method& method, const RefundWindow& window, Language language) {
  switch (method.rule) {
    case Rule::card:
      return card_advice(window, language);
    case Rule::bank:
      return is_bay(window.payment_method) ? std::string{in(language, k_bay)} : "";
    case Rule::active_account:
      return say(language, k_active_account, in(language, method.name));
    case Rule::until_midnight_in_japan:
      return std::string{in(language, k_until_midnight)};
  }
  __builtin_unreachable();
}

}  // namespace

std::string payment_method_text(std::string_view payment_method, Language language) {
  const Method* method = find_method(payment_method);
  if (method == nullptr) {
    return std::string{payment_method};
  }
  std::string name{in(language, method->name)};
  if (method->rule != Rule::bank || payment_method == method->prefix) {
    return name;
  }
  const std::string code = bank_code(payment_method, *method);
  return language == Language::ja ? name + "（" + code + "）" : name + " (" + code + ")";
}

std::string retry_advice(const RefundWindow& window, Language language) {
  if (window.days_left && *window.days_left < 0) {
    const Phrase& phrase = is_bay(window.payment_method) ? k_bay_ended : k_window_ended;
    return std::string{in(language, phrase)};
  }
  const Method* method = find_method(window.payment_method);
  return method == nullptr ? "" : advice_of_rule(*method, window, language);
}

}  // namespace outbox
