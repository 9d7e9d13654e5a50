#include "outbox/anomaly_wording.hpp"

#include <algorithm>
#include <array>

namespace outbox {
namespace {

constexpr std::array k_anomalies{
    AnomalyWording{
        "over_refund",
        {"refunds exceed the payment", "返金超過", "คืนเงินเกินยอดชำระ"},
        {"The refunds of the charge add up to more than was paid.",
         "返金の合計が決済金額を超えています。", "ยอดคืนเงินรวมของรายการชำระเงินนี้มากกว่ายอดที่ชำระ"},
        {"Check all refunds of the charge in the provider's dashboard, and stop what is "
         "still pending if it is one too many.",
         "決済会社の管理画面で、この決済のすべての返金を確認してください。"
         "処理中の返金が余分であれば中止してください。",
         "ตรวจสอบการคืนเงินทั้งหมดของรายการชำระเงินนี้ในแดชบอร์ดของผู้ให้บริการชำระเงิน "
         "และหยุดรายการที่รอดำเนินการหากเป็นรายการเกิน"}},
    AnomalyWording{
        "currency_mismatch",
        {"currency mismatch", "通貨の不一致", "สกุลเงินไม่ตรงกัน"},
        {"The refund is not in the currency that was known.",
         "返金の通貨が、記録されている通貨と異なります。", "สกุลเงินของการคืนเงินไม่ตรงกับที่บันทึกไว้"},
        {"Compare the refund's currency with the charge's in the provider's dashboard "
         "before any sum is booked.",
         "金額を計上する前に、決済会社の管理画面で返金と決済の通貨を照合してください。",
         "เทียบสกุลเงินของการคืนเงินกับรายการชำระเงินในแดชบอร์ดของผู้ให้บริการชำระเงินก่อนลงบัญชี"}},
    AnomalyWording{"amount_changed",
                   {"amount changed", "金額の相違", "จำนวนเงินไม่ตรงกัน"},
                   {"Two different amounts were reported.", "異なる金額が通知されています。",
                    "ได้รับแจ้งจำนวนเงินที่แตกต่างกัน"},
                   {"Look up in the provider's dashboard which amount is right, and compare it "
                    "with the settlement statement.",
                    "決済会社の管理画面で正しい金額を確認し、精算明細と照合してください。",
                    "ตรวจสอบในแดชบอร์ดของผู้ให้บริการชำระเงินว่าจำนวนใดถูกต้อง แล้วเทียบกับรายงานการชำระดุล"}},
    AnomalyWording{"charge_changed",
                   {"charge changed", "決済の相違", "รายการชำระเงินไม่ตรงกัน"},
                   {"Two different charges were reported for the refund.",
                    "この返金について、異なる決済が通知されています。",
                    "ได้รับแจ้งรายการชำระเงินที่แตกต่างกันสำหรับการคืนเงินนี้"},
                   {"Look up in the provider's dashboard which charge the refund belongs to.",
                    "決済会社の管理画面で、この返金がどの決済に対するものか確認してください。",
                    "ตรวจสอบในแดชบอร์ดของผู้ให้บริการชำระเงินว่าการคืนเงินนี้เป็นของรายการชำระเงินใด"}},
    AnomalyWording{
        "order_changed",
        {"order changed", "注文の相違", "คำสั่งซื้อไม่ตรงกัน"},
        {"Two different orders were reported for the refund.",
         "この返金について、異なる注文が通知されています。",
         "ได้รับแจ้งคำสั่งซื้อที่แตกต่างกันสำหรับการคืนเงินนี้"},
        {"Check which order the refund belongs to, and correct the order id where the "
         "shop sends it to the provider.",
         "どの注文に対する返金か確認し、"
         "店舗から決済会社に送信する注文番号を修正してください。",
         "ตรวจสอบว่าการคืนเงินนี้เป็นของคำสั่งซื้อใด และแก้ไขหมายเลขคำสั่งซื้อที่ร้านค้าส่งให้ผู้ให้บริการชำระเงิน"}},
    AnomalyWording{"contradicting_outcome",
                   {"contradicting outcomes", "結果の矛盾", "ผลลัพธ์ขัดแย้งกัน"},
                   {"Two different outcomes were reported.", "異なる結果が通知されています。",
                    "ได้รับแจ้งผลลัพธ์ที่แตกต่างกัน"},
                   {"Look up the refund's true outcome in the provider's dashboard before the "
                    "customer is told anything.",
                    "お客様にご案内する前に、"
                    "決済会社の管理画面で返金の正しい結果を確認してください。",
                    "ตรวจสอบผลที่แท้จริงของการคืนเงินในแดชบอร์ดของผู้ให้บริการชำระเงินก่อนแจ้งลูกค้า"}},
    AnomalyWording{
        "non_positive_amount",
        {"amount not positive", "不正な金額", "จำนวนเงินไม่ถูกต้อง"},
        {"The amount is not greater than zero.", "金額がゼロ以下です。", "จำนวนเงินไม่มากกว่าศูนย์"},
        {"Look up the refund's amount in the provider's dashboard, and ask the provider "
         "if it says the same.",
         "決済会社の管理画面で返金額を確認し、"
         "同じ表示であれば決済会社に問い合わせてください。",
         "ตรวจสอบจำนวนเงินในแดชบอร์ดของผู้ให้บริการชำระเงิน หากแสดงเหมือนกันให้สอบถามผู้ให้บริการ"}},
    AnomalyWording{"below_minimum",
                   {"amount below the minimum", "最低額未満", "จำนวนเงินต่ำกว่าขั้นต่ำ"},
                   {"The amount is below the provider's minimum.",
                    "金額が決済会社の定める最低額を下回っています。",
                    "จำนวนเงินต่ำกว่าขั้นต่ำที่ผู้ให้บริการชำระเงินกำหนด"},
                   {"Watch whether the provider carries the refund out; if it fails, pay the "
                    "customer back another way.",
                    "返金が処理されるか確認してください。失敗した場合は、"
                    "別の方法でお客様に返金してください。",
                    "ติดตามว่าผู้ให้บริการดำเนินการคืนเงินหรือไม่ หากไม่สำเร็จให้คืนเงินแก่ลูกค้าด้วยวิธีอื่น"}},
    AnomalyWording{"too_many_refunds",
                   {"too many refunds", "返金回数の超過", "จำนวนครั้งการคืนเงินเกินกำหนด"},
                   {"The charge has more refunds than the provider allows.",
                    "返金の回数が決済会社の定める上限を超えています。",
                    "รายการชำระเงินนี้มีการคืนเงินมากกว่าจำนวนครั้งที่ผู้ให้บริการกำหนด"},
                   {"Check whether the refunds of the charge were all wanted, and make further "
                    "ones another way.",
                    "この決済の返金がすべて意図したものか確認し、"
                    "追加の返金は別の方法で行ってください。",
                    "ตรวจสอบว่าการคืนเงินทั้งหมดเป็นไปตามที่ต้องการ และคืนเงินครั้งต่อไปด้วยวิธีอื่น"}},
    AnomalyWording{"past_window",
                   {"past the refund window", "返金期限の超過", "พ้นกำหนดคืนเงิน"},
                   {"The refund was requested after the payment method's refund period.",
                    "支払方法ごとの返金期限を過ぎてから返金が申請されています。",
                    "มีการขอคืนเงินหลังพ้นกำหนดคืนเงินของวิธีชำระเงิน"},
                   {"The provider may refuse the refund: be ready to pay the customer back another "
                    "way.",
                    "決済会社に返金を拒否される可能性があります。"
                    "別の方法での返金を準備してください。",
                    "ผู้ให้บริการอาจปฏิเสธการคืนเงิน โปรดเตรียมคืนเงินให้ลูกค้าด้วยวิธีอื่น"}},
    AnomalyWording{"suspected_duplicate_refund",
                   {"suspected duplicate refund", "二重返金の疑い", "สงสัยว่าคืนเงินซ้ำ"},
                   {"A refund of the same amount was requested within minutes: perhaps twice the "
                    "same.",
                    "同じ金額の返金が短時間に続けて申請されており、二重返金の可能性があります。",
                    "มีการขอคืนเงินจำนวนเดียวกันภายในไม่กี่นาที อาจเป็นรายการซ้ำ"},
                   {"Ask who created the two refunds whether both are meant, and stop the second "
                    "one if it is still pending.",
                    "両方とも意図した返金か作成者に確認し、二重であれば、"
                    "処理中のうちに後の返金を中止してください。",
                    "สอบถามผู้สร้างรายการว่าต้องการคืนเงินทั้งสองรายการหรือไม่ "
                    "หากซ้ำให้หยุดรายการหลังขณะยังรอดำเนินการ"}},
    AnomalyWording{
        "unknown_order",
        {"unknown order", "注文不明", "ไม่ทราบคำสั่งซื้อ"},
        {"It is not known which order the refund belongs to.",
         "どの注文に対する返金か確認できていません。", "ยังไม่ทราบว่าการคืนเงินนี้เป็นของคำสั่งซื้อใด"},
        {"Find the order by the charge in the provider's dashboard; until then nobody "
         "tells the customer.",
         "決済会社の管理画面で決済から注文を特定してください。特定できるまで、"
         "お客様への連絡は行われません。",
         "ค้นหาคำสั่งซื้อจากรายการชำระเงินในแดชบอร์ดของผู้ให้บริการ ระหว่างนี้จะยังไม่มีการแจ้งลูกค้า"}},
    AnomalyWording{"charge_not_successful",
                   {"charge not successful", "未成立の決済", "รายการชำระเงินไม่สำเร็จ"},
                   {"The charge was not successful.", "もとの決済が成立していません。",
                    "รายการชำระเงินเดิมไม่สำเร็จ"},
                   {"Check the charge in the provider's dashboard: a refund of what was never paid "
                    "must not go out.",
                    "決済会社の管理画面で決済を確認してください。"
                    "支払われていない決済の返金は行わないでください。",
                    "ตรวจสอบรายการชำระเงินในแดชบอร์ดของผู้ให้บริการ ไม่ควรคืนเงินที่ไม่เคยได้รับชำระ"}},
    AnomalyWording{"mode_mismatch",
                   {"test and live mode mixed up", "モードの不一致", "โหมดไม่ตรงกัน"},
                   {"An event came from the wrong mode (test or live).",
                    "通知のモード（本番・テスト）が設定と異なります。",
                    "ได้รับการแจ้งเตือนจากโหมดที่ไม่ตรงกับการตั้งค่า (ทดสอบหรือใช้งานจริง)"},
                   {"Check the webhook settings in the provider's dashboard: test and live mode "
                    "need a source each.",
                    "決済会社の管理画面でWebhookの設定を確認してください。"
                    "本番とテストには別々の接続設定が必要です。",
                    "ตรวจสอบการตั้งค่า webhook ในแดชบอร์ดของผู้ให้บริการ "
                    "โหมดทดสอบและโหมดใช้งานจริงต้องแยกการตั้งค่ากัน"}},
    AnomalyWording{
        "conflicting_duplicate",
        {"conflicting duplicate event", "重複通知の矛盾", "การแจ้งเตือนซ้ำที่เนื้อหาขัดแย้งกัน"},
        {"An event came again with the same id and another content.",
         "同じ通知IDで内容の異なる通知が届いています。", "ได้รับการแจ้งเตือนซ้ำที่มีรหัสเดียวกันแต่เนื้อหาต่างกัน"},
        {"Compare the event with the refund in the provider's dashboard: the first "
         "content counted, the second was ignored.",
         "決済会社の管理画面で通知と返金を照合してください。最初の内容が有効で、"
         "後の内容は反映されていません。",
         "เทียบการแจ้งเตือนกับการคืนเงินในแดชบอร์ดของผู้ให้บริการ ระบบใช้เนื้อหาแรกและไม่ใช้เนื้อหาที่สอง"}},
    AnomalyWording{"late_signature",
                   {"signature out of time", "署名時刻のずれ", "เวลาของลายเซ็นคลาดเคลื่อน"},
                   {"An event was signed too long before or after it arrived.",
                    "署名時刻が許容範囲を外れた通知が届いています。",
                    "ได้รับการแจ้งเตือนที่ลงลายเซ็นก่อนหรือหลังเวลาที่มาถึงนานเกินไป"},
                   {"The event was not applied: compare the refund with the provider's dashboard, "
                    "and check this machine's clock.",
                    "この通知は反映されていません。返金を決済会社の管理画面と照合し、"
                    "サーバーの時刻を確認してください。",
                    "การแจ้งเตือนนี้ยังไม่ถูกนำไปใช้ โปรดเทียบการคืนเงินกับแดชบอร์ดของผู้ให้บริการ "
                    "และตรวจสอบนาฬิกาของเซิร์ฟเวอร์"}},
    AnomalyWording{
        "unsupported_status",
        {"unknown status", "未知の状態", "สถานะที่ไม่รู้จัก"},
        {"The provider used a status that is not known here.",
         "決済会社から未知の状態が通知されています。", "ผู้ให้บริการชำระเงินแจ้งสถานะที่ระบบไม่รู้จัก"},
        {"Look up what the status means in the provider's dashboard: the refund's state "
         "has not changed here.",
         "状態の意味を決済会社の管理画面で確認してください。"
         "返金の状態は変更されていません。",
         "ตรวจสอบความหมายของสถานะในแดชบอร์ดของผู้ให้บริการ สถานะการคืนเงินในระบบนี้ยังไม่เปลี่ยนแปลง"}},
    AnomalyWording{"undecodable_event",
                   {"unreadable event", "解読できない通知", "การแจ้งเตือนที่อ่านไม่ได้"},
                   {"An event could not be understood.", "内容を読み取れない通知が届いています。",
                    "ได้รับการแจ้งเตือนที่ไม่สามารถอ่านเนื้อหาได้"},
                   {"The event is stored but was not applied: compare the refund with the "
                    "provider's dashboard, and report the event to whoever runs refundd.",
                    "通知は保存されていますが、反映されていません。"
                    "返金を決済会社の管理画面と照合し、refunddの運用担当者に連絡してください。",
                    "การแจ้งเตือนถูกเก็บไว้แต่ยังไม่ถูกนำไปใช้ โปรดเทียบการคืนเงินกับแดชบอร์ดของผู้ให้บริการ "
                    "และแจ้งผู้ดูแลระบบ refundd"}},
    AnomalyWording{
        "stuck_pending",
        {"pending for too long", "処理の停滞", "รอดำเนินการนานเกินไป"},
        {"The refund has been pending for too long.", "返金が長時間、処理中のままになっています。",
         "การคืนเงินอยู่ในสถานะรอดำเนินการนานเกินไป"},
        {"Look at the refund in the provider's dashboard, and ask the provider why it "
         "is still pending.",
         "決済会社の管理画面で返金を確認し、"
         "処理中のままになっている理由を決済会社に問い合わせてください。",
         "ตรวจสอบการคืนเงินในแดชบอร์ดของผู้ให้บริการ และสอบถามสาเหตุที่ยังรอดำเนินการ"}},
    AnomalyWording{
        "provider_disagrees",
        {"the provider says otherwise", "決済会社の照会結果との相違", "ผู้ให้บริการแจ้งผลต่างออกไป"},
        {"The provider's API says otherwise than the notification did.",
         "決済会社のAPIの照会結果が、届いた通知と異なります。",
         "ผลที่อ่านจาก API ของผู้ให้บริการชำระเงินต่างจากการแจ้งเตือนที่ได้รับ"},
        {"Believe the provider's dashboard: the notification may have been forged. The customer "
         "is told nothing until the API agrees.",
         "決済会社の管理画面を正としてください。通知が偽造された可能性があります。"
         "照会結果が一致するまで、お客様には連絡しません。",
         "ให้ยึดข้อมูลในแดชบอร์ดของผู้ให้บริการ การแจ้งเตือนอาจถูกปลอมแปลง "
         "ระบบจะยังไม่แจ้งลูกค้าจนกว่าผลจาก API จะตรงกัน"}},
    AnomalyWording{
        "unknown_to_provider",
        {"unknown to the provider", "決済会社に存在しない返金", "ผู้ให้บริการไม่รู้จักการคืนเงินนี้"},
        {"The provider's API knows no refund of this id.",
         "決済会社のAPIに、このIDの返金が存在しません。", "API ของผู้ให้บริการชำระเงินไม่พบการคืนเงินรหัสนี้"},
        {"Search for the refund in the provider's dashboard. If it is not there, the notification "
         "was forged: replace the webhook's secret or token.",
         "決済会社の管理画面で返金を検索してください。存在しない場合、通知は偽造です。"
         "Webhookの秘密鍵またはトークンを交換してください。",
         "ค้นหาการคืนเงินในแดชบอร์ดของผู้ให้บริการ หากไม่พบ แสดงว่าการแจ้งเตือนถูกปลอมแปลง "
         "ให้เปลี่ยนรหัสลับหรือโทเค็นของเว็บฮุก"}},
    AnomalyWording{
        "unconfirmed",
        {"never confirmed", "未確認のままの返金", "ยังไม่ได้รับการยืนยัน"},
        {"The provider's API was asked for days and has not confirmed the refund's state.",
         "決済会社のAPIに繰り返し照会しましたが、返金の状態を確認できませんでした。",
         "สอบถาม API ของผู้ให้บริการชำระเงินหลายวันแล้ว แต่ยังยืนยันสถานะการคืนเงินไม่ได้"},
        {"Ask the provider what became of the refund: it is not asked for by itself any more.",
         "返金の結果を決済会社に問い合わせてください。今後、自動では照会しません。",
         "สอบถามผู้ให้บริการว่าการคืนเงินเป็นอย่างไร ระบบจะไม่สอบถามเองอีก"}},
};

constexpr AnomalyWording k_general{
    "",
    {"unexpected facts", "想定外の事象", "ข้อมูลที่ไม่คาดคิด"},
    {"Something about the refund is not as it should be.",
     "返金に関する情報に想定と異なる点があります。", "ข้อมูลเกี่ยวกับการคืนเงินไม่เป็นไปตามที่ควร"},
    {"Compare the refund with the provider's dashboard.",
     "返金を決済会社の管理画面と照合してください。", "เทียบการคืนเงินกับแดชบอร์ดของผู้ให้บริการชำระเงิน"}};

}  // namespace

const AnomalyWording* find_anomaly_wording(std::string_view kind) {
  const auto* found = std::ranges::find(k_anomalies, kind, &AnomalyWording::kind);
  return found == k_anomalies.end() ? nullptr : found;
}

const AnomalyWording& anomaly_wording(std::string_view kind) {
  const auto* found = find_anomaly_wording(kind);
  return found == nullptr ? k_general : *found;
}

}  // namespace outbox
