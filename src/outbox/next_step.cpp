#include "outbox/next_step.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "outbox/anomaly_wording.hpp"
#include "outbox/failure_wording.hpp"
#include "outbox/payment_method_wording.hpp"

namespace outbox {
namespace {

struct Step {
  std::string_view template_name;
  domain::Audience audience;
  Phrase words;
  /// Whether the refund may be tried again: then the payment method's rules are told as well.
  bool may_be_retried;
};

using domain::Audience;

constexpr std::array k_steps{
    Step{
        "refund_requires_action",
        Audience::support,
        {"Open the refund in the provider's dashboard and do what it asks for: the refund does not "
         "go on by itself.",
         "決済会社の管理画面で返金を開き、求められている対応を行ってください。対応するまで返金は進"
         "みま"
         "せん。",
         "เปิดรายการคืนเงินในแดชบอร์ดของผู้ให้บริการชำระเงินและดำเนินการตามที่ระบุ "
         "การคืนเงินจะยังไม่ดำเนินต่อจนกว่าจะทำเสร็จ"},
        /*may_be_retried=*/true},
    Step{"action_required_too_long",
         Audience::support,
         {"Do what the provider's dashboard asks for today, or cancel the refund and pay the "
          "customer "
          "back another way.",
          "決済会社の管理画面で求められている対応を本日中に行うか、返金を取り消して別の方法でお客様"
          "に返"
          "金してください。",
          "ดำเนินการตามที่แดชบอร์ดของผู้ให้บริการชำระเงินระบุภายในวันนี้ "
          "หรือยกเลิกการคืนเงินแล้วคืนเงินให้ลูกค้าด้วยวิธีอื่น"},
         /*may_be_retried=*/true},
    Step{
        "refund_canceled",
        Audience::support,
        {"Find out who canceled the refund and why; if the customer is still owed the money, "
         "create "
         "the refund again.",
         "取り消した担当者と理由を確認し、引き続き返金が必要であれば、返金を再度作成してください。",
         "ตรวจสอบว่าใครยกเลิกการคืนเงินและเพราะเหตุใด หากยังต้องคืนเงินให้ลูกค้า "
         "ให้สร้างรายการคืนเงินใหม่"},
        /*may_be_retried=*/true},
    Step{"refund_reversed",
         Audience::support,
         {"The refund counted as successful and does not any more: find out why in the provider's "
          "dashboard, and agree with the customer how the money is paid back.",
          "完了していた返金が取り消されています。決済会社の管理画面で理由を確認し、返金方法について"
          "お客様"
          "と調整してください。",
          "การคืนเงินที่เคยสำเร็จกลับไม่เป็นผลแล้ว โปรดตรวจสอบสาเหตุในแดชบอร์ดของผู้ให้บริการชำระเงิน "
          "และตกลงวิธีคืนเงินกับลูกค้า"},
         /*may_be_retried=*/true},
    Step{"refund_recovered",
         Audience::support,
         {"The ticket can be closed. First make sure that the customer was not paid back another "
          "way "
          "in the meantime.",
          "このチケットは終了できます。ただし、その間に別の方法で返金していないか、先に確認してくだ"
          "さい。",
          "ปิดเรื่องนี้ได้ แต่โปรดตรวจสอบก่อนว่าไม่ได้คืนเงินให้ลูกค้าด้วยวิธีอื่นไปแล้ว"},
         /*may_be_retried=*/false},
    Step{"stuck_pending",
         Audience::support,
         {"Look at the refund in the provider's dashboard; if it is pending there too, ask the "
          "provider why. Do not create a second refund.",
          "決済会社の管理画面で返金を確認し、そちらでも処理中であれば決済会社に理由を問い合わせてく"
          "ださ"
          "い。返金を二重に作成しないでください。",
          "ตรวจสอบการคืนเงินในแดชบอร์ดของผู้ให้บริการชำระเงิน หากยังรอดำเนินการอยู่ "
          "ให้สอบถามสาเหตุจากผู้ให้บริการ และอย่าสร้างรายการคืนเงินซ้ำ"},
         /*may_be_retried=*/true},
    Step{"customer_unreachable",
         Audience::support,
         {"Tell the customer another way (telephone, the shop's account), and add the e-mail "
          "address "
          "to the order so that later messages arrive.",
          "電話や会員ページなど別の方法でお客様に連絡し、今後のお知らせが届くよう注文にメールアドレ"
          "スを登"
          "録してください。",
          "แจ้งลูกค้าด้วยวิธีอื่น (โทรศัพท์หรือบัญชีสมาชิกของร้าน) และเพิ่มอีเมลในคำสั่งซื้อ "
          "เพื่อให้ได้รับข้อความครั้งต่อไป"},
         /*may_be_retried=*/false},
    Step{"insufficient_balance",
         Audience::finance,
         {"Top up the balance at the payment provider, then tell support that the refund can be "
          "created again.",
          "決済会社の残高を補充し、返金を再度作成できることをサポートに連絡してください。",
          "เติมยอดเงินกับผู้ให้บริการชำระเงิน แล้วแจ้งฝ่ายบริการลูกค้าว่าสร้างรายการคืนเงินใหม่ได้"},
         /*may_be_retried=*/false},
    Step{"refund_reversed",
         Audience::finance,
         {"If the refund has been booked as paid, correct the booking, and check it against the "
          "provider's next settlement statement.",
          "返金済みとして計上している場合は訂正し、決済会社の次回の精算明細と照合してください。",
          "หากลงบัญชีว่าคืนเงินแล้ว ให้แก้ไขรายการบัญชี "
          "และเทียบกับรายงานการชำระดุลครั้งถัดไปของผู้ให้บริการชำระเงิน"},
         /*may_be_retried=*/false},
};

RefundWindow window_of(const MessageFacts& facts) {
  return {facts.payment_method, facts.days_left, facts.charge_age_days};
}

// Japanese sets no space between sentences; English and Thai do.
std::string joined(std::string first, std::string_view second, Language language) {
  if (!first.empty() && !second.empty() && language != Language::ja) {
    first += ' ';
  }
  return first.append(second);
}

std::string after_failure(const MessageFacts& facts, Language language) {
  const auto& wording = failure_wording(facts.failure_code, facts.failure_message);
  const std::string advice =
      wording.is_worth_another_try ? retry_advice(window_of(facts), language) : "";
  return joined(std::string{in(language, wording.next_step)}, advice, language);
}

std::string next_step_of(const Step& step, const MessageFacts& facts, Language language) {
  std::string words{in(language, step.words)};
  if (!step.may_be_retried) {
    return words;
  }
  const auto& wording = failure_wording(facts.failure_code, facts.failure_message);
  return wording.is_specific ? joined(words, after_failure(facts, language), language)
                             : joined(words, retry_advice(window_of(facts), language), language);
}

}  // namespace

std::string next_step_text(const MessageFacts& facts, Language language) {
  if (facts.template_name == "refund_failed") {
    return after_failure(facts, language);
  }
  const auto* step = std::ranges::find_if(k_steps, [&](const Step& candidate) {
    return candidate.template_name == facts.template_name && candidate.audience == facts.audience;
  });
  if (step != k_steps.end()) {
    return next_step_of(*step, facts, language);
  }
  return facts.anomaly_kind.empty()
             ? ""
             : std::string{in(language, anomaly_wording(facts.anomaly_kind).next_step)};
}

}  // namespace outbox
