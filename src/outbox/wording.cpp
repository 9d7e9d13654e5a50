#include "outbox/wording.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "outbox/anomaly_wording.hpp"
#include "outbox/failure_wording.hpp"
#include "outbox/money_text.hpp"
#include "outbox/next_step.hpp"
#include "outbox/payment_method_wording.hpp"
#include "outbox/time_wording.hpp"

namespace outbox {
namespace {

struct Untold {
  std::string_view template_name;
  Phrase words;
};

constexpr std::array k_untold{
    Untold{"refund_initiated",
           {"that the refund has been started", "返金受付のお知らせ", "แจ้งเริ่มดำเนินการคืนเงิน"}},
    Untold{"refund_complete",
           {"that the refund is complete", "返金完了のお知らせ", "แจ้งคืนเงินเสร็จสมบูรณ์"}},
    Untold{"refund_correction",
           {"that the refund did not go through after all", "返金に関する訂正",
            "แจ้งแก้ไขข้อมูลการคืนเงิน"}},
};

// A cancellation has no failure to speak of; a failure always has, if only a general one.
bool has_failure(const MessageFacts& facts) {
  return facts.template_name == "refund_failed" || facts.template_name == "insufficient_balance" ||
         !facts.failure_code.empty() || !facts.failure_message.empty();
}

std::string failure_happened(const MessageFacts& facts, Language language) {
  if (!has_failure(facts)) {
    return "";
  }
  const auto& wording = failure_wording(facts.failure_code, facts.failure_message);
  return std::string{in(language, wording.happened)};
}

void add_anomaly(Values& values, const MessageFacts& facts, Language language) {
  const bool is_anomaly = !facts.anomaly_kind.empty();
  const AnomalyWording& wording = anomaly_wording(facts.anomaly_kind);
  values["anomaly_kind"] = facts.anomaly_kind;
  values["anomaly_name"] = is_anomaly ? in(language, wording.name) : "";
  values["anomaly_sentence"] = is_anomaly ? in(language, wording.sentence) : "";
  values["expected"] = facts.expected;
  values["found"] = facts.found;
}

}  // namespace

Values wording_of(const MessageFacts& facts, Language language) {
  Values values{
      {"shop_name", facts.shop_name},
      {"source", facts.source},
      {"refund_id", facts.refund_id},
      {"order_id", facts.order_id},
      {"charge_id", facts.charge_id},
      {"amount", facts.amount ? money_text(*facts.amount, language) : ""},
      {"payment_method", payment_method_text(facts.payment_method, language)},
      {"failure_code", facts.failure_code},
      {"failure_message", facts.failure_message},
      {"failure_happened", failure_happened(facts, language)},
      {"next_step", next_step_text(facts, language)},
      {"days_left", days_left_text(facts.days_left, language)},
      {"pending_for", duration_text(facts.pending_for, language)},
      {"untold_template", untold_text(facts.untold_template, language)},
      {"estimated_days",
       estimated_days_text(facts.estimated_days_min, facts.estimated_days_max, language)},
  };
  add_anomaly(values, facts, language);
  return values;
}

std::string untold_text(std::string_view template_name, Language language) {
  const auto* found = std::ranges::find(k_untold, template_name, &Untold::template_name);
  return std::string{found == k_untold.end() ? template_name : in(language, found->words)};
}

}  // namespace outbox
