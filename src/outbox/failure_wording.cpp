#include "outbox/failure_wording.hpp"

#include <algorithm>
#include <array>

#include "domain/refund.hpp"

namespace outbox {
namespace {

struct Entry {
  std::string_view code;
  FailureWording wording;
};

constexpr std::string_view k_insufficient = "insufficient_fund";

constexpr std::array k_entries{
    Entry{"charge_already_refunded",
          {{"The charge has already been refunded in full.",
            "この決済はすでに全額返金されています。", "รายการชำระเงินนี้คืนเงินเต็มจำนวนไปแล้ว"},
           {"Nothing is left to refund on this charge: check its other refunds before answering.",
            "この決済に返金可能な残額はありません。ご回答の前に、他の返金を確認してください。",
            "ไม่มียอดคงเหลือให้คืนสำหรับรายการชำระเงินนี้ โปรดตรวจสอบการคืนเงินรายการอื่นก่อนตอบลูกค้า"},
           /*is_worth_another_try=*/false,
           /*is_specific=*/true}},
    Entry{k_insufficient,
          {{"The balance at the payment provider is too low for this refund.",
            "決済会社の残高が不足しているため、返金できませんでした。",
            "ยอดเงินในบัญชีกับผู้ให้บริการชำระเงินไม่เพียงพอสำหรับการคืนเงินนี้"},
           {"Ask finance to top up the provider balance, then create the refund again.",
            "決済会社の残高の補充を経理に依頼し、そのうえで返金を再度作成してください。",
            "แจ้งฝ่ายการเงินให้เติมยอดเงินกับผู้ให้บริการชำระเงิน แล้วจึงสร้างรายการคืนเงินใหม่"},
           /*is_worth_another_try=*/true,
           /*is_specific=*/true}},
    Entry{"invalid_charge",
          {{"The payment provider does not know the charge.",
            "決済会社でこの決済が見つかりませんでした。", "ผู้ให้บริการชำระเงินไม่พบรายการชำระเงินนี้"},
           {"Look the charge up in the provider's dashboard: its id is not known.",
            "決済IDが見つかりません。決済会社の管理画面で決済を確認してください。",
            "ไม่พบรหัสรายการชำระเงิน โปรดค้นหารายการนี้ในแดชบอร์ดของผู้ให้บริการชำระเงิน"},
           /*is_worth_another_try=*/false,
           /*is_specific=*/true}},
    Entry{"charge_not_paid",
          {{"The charge was never paid.", "この決済は支払いが完了していません。",
            "รายการชำระเงินนี้ยังไม่ได้ชำระ"},
           {"There is nothing to give back: check whether the customer paid with another charge.",
            "返金するものはありません。お客様が別の決済で支払っていないか確認してください。",
            "ไม่มีเงินที่ต้องคืน โปรดตรวจสอบว่าลูกค้าชำระด้วยรายการอื่นหรือไม่"},
           /*is_worth_another_try=*/false,
           /*is_specific=*/true}},
    Entry{"amount_exceeds_refundable",
          {{"The amount is more than can still be refunded on this charge.",
            "返金額が、この決済の返金可能な残額を超えています。",
            "จำนวนเงินมากกว่ายอดที่ยังคืนได้ของรายการชำระเงินนี้"},
           {"Create the refund again with no more than the charge's remaining amount.",
            "決済の返金可能な残額以内で、返金を再度作成してください。",
            "สร้างรายการคืนเงินใหม่โดยไม่เกินยอดที่ยังคืนได้ของรายการชำระเงินนี้"},
           /*is_worth_another_try=*/true,
           /*is_specific=*/true}},
};

constexpr FailureWording k_general{
    {"The payment provider could not carry out the refund.",
     "決済会社で返金を処理できませんでした。", "ผู้ให้บริการชำระเงินไม่สามารถดำเนินการคืนเงินได้"},
    {"Look at the refund in the provider's dashboard, then retry it or pay the customer back "
     "another way.",
     "決済会社の管理画面で返金を確認し、再度返金するか、別の方法でお客様に返金してください。",
     "ตรวจสอบรายการคืนเงินในแดชบอร์ดของผู้ให้บริการชำระเงิน "
     "แล้วลองคืนเงินอีกครั้งหรือคืนเงินให้ลูกค้าด้วยวิธีอื่น"},
    /*is_worth_another_try=*/true,
    /*is_specific=*/false,
};

}  // namespace

const FailureWording& failure_wording(std::string_view failure_code,
                                      std::string_view failure_message) {
  const auto code = domain::is_insufficient_balance(failure_code, failure_message) ? k_insufficient
                                                                                   : failure_code;
  const auto* found = std::ranges::find(k_entries, code, &Entry::code);
  return found == k_entries.end() ? k_general : found->wording;
}

}  // namespace outbox
