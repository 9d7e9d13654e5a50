// The sentences of `refundctl can-refund`.
#include "commands/can_refund_words.hpp"

#include <gtest/gtest.h>

#include <set>

namespace commands {
namespace {

using domain::RefundObstacle;
using domain::RefundWarning;

template <typename Kind>
domain::Finding<Kind> full(Kind kind) {
  return {kind, domain::Money{50'000, *domain::Currency::parse("THB")},
          domain::parse_rfc3339("2026-01-31T10:00:00Z"), 14, "word"};
}

template <typename Kind>
void expect_advice_on(std::initializer_list<Kind> kinds) {
  std::set<std::string> seen;
  for (const Kind kind : kinds) {
    for (const Language language : {Language::english, Language::japanese}) {
      const Advice advice = advice_on(full(kind), language);
      for (const std::string& text : {advice.what, advice.what_to_do}) {
        EXPECT_TRUE(seen.insert(text).second) << text;
        EXPECT_EQ(text.find_first_of("{}"), std::string::npos) << text;
        EXPECT_TRUE(text.ends_with(language == Language::english ? "." : "。")) << text;
      }
    }
  }
}

TEST(CanRefundWords, SayWhatHappenedAndWhatToDoInBothLanguages) {
  expect_advice_on({RefundObstacle::charge_not_paid, RefundObstacle::charge_already_refunded,
                    RefundObstacle::amount_exceeds_refundable, RefundObstacle::below_minimum,
                    RefundObstacle::currency_mismatch});
  expect_advice_on({RefundWarning::window_passed, RefundWarning::window_near,
                    RefundWarning::old_card_payment, RefundWarning::too_many_refunds,
                    RefundWarning::pending_refunds, RefundWarning::unknown_total,
                    RefundWarning::suspected_duplicate, RefundWarning::active_account_required});
}

TEST(CanRefundWords, NameTheFacts) {
  EXPECT_EQ(advice_on(full(RefundObstacle::amount_exceeds_refundable), Language::english).what,
            "The amount is more than what is left of the charge: 500.00 THB.");
  EXPECT_EQ(advice_on(full(RefundWarning::window_near), Language::english).what,
            "The window of 14 days for this payment method ends at 2026-01-31T10:00:00Z.");
  EXPECT_EQ(advice_on({RefundWarning::pending_refunds, {}, {}, 1, {}}, Language::english).what,
            "Refunds of the charge are still being processed (1): amount unknown.");
  EXPECT_EQ(advice_on_unknown_charge("chrg_1", Language::japanese).what,
            "決済chrg_1は登録されていません。");
}

}  // namespace
}  // namespace commands
