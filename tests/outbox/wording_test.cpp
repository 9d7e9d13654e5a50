#include "outbox/wording.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <set>
#include <string>

#include "domain/anomaly.hpp"
#include "outbox/anomaly_wording.hpp"
#include "outbox/money_text.hpp"
#include "outbox/template_contract.hpp"
#include "outbox/time_wording.hpp"

namespace outbox {
namespace {

using domain::AnomalyKind;
using domain::Audience;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

MessageFacts facts_of(std::string_view template_name, Audience audience = Audience::support) {
  MessageFacts facts;
  facts.template_name = template_name;
  facts.audience = audience;
  return facts;
}

std::string value(const MessageFacts& facts, std::string_view name,
                  Language language = Language::en) {
  return wording_of(facts, language).find(name)->second;
}

TEST(Language, IsThePrimarySubtag) {
  struct Case {
    std::string_view tag;
    std::optional<Language> expected;
  };
  const Case cases[] = {
      {"ja", Language::ja},    {"ja-JP", Language::ja}, {"JA-jp", Language::ja},
      {"en-GB", Language::en}, {"th_TH", Language::th}, {"TH", Language::th},
      {"", std::nullopt},      {"jav", std::nullopt},   {"j", std::nullopt},
      {"fr", std::nullopt},    {"zh-ja", std::nullopt}, {"-ja", std::nullopt},
  };
  for (const Case& test : cases) {
    EXPECT_EQ(parse_language(test.tag), test.expected) << test.tag;
  }
  for (const Language language : k_languages) {
    EXPECT_EQ(parse_language(to_string(language)), language);
  }
}

TEST(MoneyText, HasTheCurrencysOwnForm) {
  struct Case {
    std::int64_t amount_minor;
    std::string_view currency;
    std::string_view expected;
  };
  const Case cases[] = {
      {1000, "JPY", "¥1,000"},
      {0, "JPY", "¥0"},
      {-1000, "JPY", "-¥1,000"},
      {50000, "THB", "฿500.00"},
      {5, "THB", "฿0.05"},
      {1200, "USD", "$12.00"},
      {-5, "USD", "-$0.05"},
      {1200, "SGD", "S$12.00"},
      {123456789, "EUR", "€1,234,567.89"},
      {12000, "KWD", "12.000 KWD"},
      {-12000, "KWD", "-12.000 KWD"},
      {500, "KRW", "500 KRW"},
      {std::numeric_limits<std::int64_t>::min(), "JPY", "-¥9,223,372,036,854,775,808"},
  };
  for (const Case& test : cases) {
    for (const Language language : k_languages) {
      const domain::Money money{test.amount_minor, *domain::Currency::parse(test.currency)};
      EXPECT_EQ(money_text(money, language), test.expected);
    }
  }
}

TEST(DurationText, IsRoundedDownToOneUnit) {
  struct Case {
    std::chrono::seconds duration;
    std::string_view en;
    std::string_view ja;
    std::string_view th;
  };
  using std::chrono::days;
  using std::chrono::hours;
  using std::chrono::minutes;
  const Case cases[] = {
      {std::chrono::seconds{0}, "", "", ""},
      {std::chrono::seconds{-5}, "", "", ""},
      {std::chrono::seconds{59}, "0 min", "0分", "0 นาที"},
      {minutes{59}, "59 min", "59分", "59 นาที"},
      {hours{5} + minutes{59}, "5 h", "5時間", "5 ชั่วโมง"},
      {hours{47}, "47 h", "47時間", "47 ชั่วโมง"},
      {days{2}, "2 days", "2日", "2 วัน"},
      {days{10} + hours{23}, "10 days", "10日", "10 วัน"},
  };
  for (const Case& test : cases) {
    EXPECT_EQ(duration_text(test.duration, Language::en), test.en);
    EXPECT_EQ(duration_text(test.duration, Language::ja), test.ja);
    EXPECT_EQ(duration_text(test.duration, Language::th), test.th);
  }
}

TEST(DaysLeftText, SaysHowLongTheWindowIsOpenOrClosed) {
  const std::pair<std::optional<int>, std::string_view> cases[] = {
      {std::nullopt, ""},
      {12, "12 days left in this payment method's refund window"},
      {1, "1 day left in this payment method's refund window"},
      {0, "the window of this payment method ends today"},
      {-1, "the window ended 1 day ago"},
      {-3, "the window ended 3 days ago"},
      {std::numeric_limits<int>::min(), "the window ended 2147483648 days ago"},
  };
  for (const auto& [days_left, expected] : cases) {
    EXPECT_EQ(days_left_text(days_left, Language::en), expected);
  }
  EXPECT_EQ(days_left_text(12, Language::ja), "この支払方法の返金期限まであと12日です");
  EXPECT_EQ(days_left_text(-3, Language::ja), "返金期限を3日過ぎています");
  EXPECT_EQ(days_left_text(-3, Language::th), "พ้นกำหนดคืนเงินมาแล้ว 3 วัน");
}

TEST(EstimatedDaysText, IsARangeOfBusinessDays) {
  EXPECT_EQ(estimated_days_text(5, 10, Language::en), domain::k_estimated_days);
  EXPECT_EQ(estimated_days_text(5, 10, Language::ja), "5〜10営業日");
  EXPECT_EQ(estimated_days_text(5, 10, Language::th), "5-10 วันทำการ");
  EXPECT_EQ(estimated_days_text(5, 5, Language::en), "5 business days");
  EXPECT_EQ(estimated_days_text(0, 1, Language::en), "1 business day");
  EXPECT_EQ(estimated_days_text(0, 0, Language::en), "");
}

TEST(Wording, KnowsEveryValueThatATemplateMayShow) {
  const Values values = wording_of(facts_of("refund_failed"), Language::en);
  for (const TemplateContract& contract : template_contracts()) {
    for (const auto names : {contract.required, contract.optional, contract.optional_own}) {
      for (const auto name : split_names(names)) {
        EXPECT_TRUE(values.contains(name)) << contract.name << " " << name;
      }
    }
  }
}

TEST(Wording, SaysNothingOfWhatIsNotKnown) {
  MessageFacts facts = facts_of("refund_complete", Audience::customer);
  for (const auto& [name, text] : wording_of(facts, Language::en)) {
    EXPECT_EQ(text, "") << name;
  }
}

TEST(Wording, TellsEveryReaderOfStaffWhatToDo) {
  for (const Language language : k_languages) {
    for (const TemplateContract& contract : template_contracts()) {
      MessageFacts facts = facts_of(contract.name, contract.audience);
      if (contract.name == "finance_refund_reversed") {
        facts.template_name = "refund_reversed";
      } else if (contract.name.ends_with("anomaly")) {
        facts.template_name = "anomaly_over_refund";
        facts.anomaly_kind = "over_refund";
      }
      EXPECT_EQ(value(facts, "next_step", language).empty(),
                contract.audience == Audience::customer)
          << contract.name;
    }
  }
}

TEST(FailureWording, HasTwoPartsForEveryCode) {
  std::set<std::string> happened;
  for (const auto* code : {"charge_already_refunded", "insufficient_fund", "invalid_charge",
                           "charge_not_paid", "amount_exceeds_refundable", "something_else"}) {
    MessageFacts facts = facts_of("refund_failed");
    facts.failure_code = code;
    for (const Language language : k_languages) {
      EXPECT_THAT(value(facts, "next_step", language), Not(IsEmpty())) << code;
      EXPECT_TRUE(happened.insert(value(facts, "failure_happened", language)).second) << code;
    }
  }
}

TEST(FailureWording, TakesEveryNameOfAnInsufficientBalanceForOne) {
  MessageFacts known = facts_of("refund_failed");
  known.failure_code = "insufficient_fund";
  for (const auto* code : {"insufficient_funds", "insufficient_balance"}) {
    MessageFacts facts = facts_of("refund_failed");
    facts.failure_code = code;
    EXPECT_EQ(value(facts, "next_step"), value(known, "next_step")) << code;
  }
  MessageFacts message_only = facts_of("refund_failed");
  message_only.failure_message = "Insufficient balance";
  EXPECT_EQ(value(message_only, "failure_happened"), value(known, "failure_happened"));
}

TEST(FailureWording, IsNotThereWhereNothingFailed) {
  EXPECT_EQ(value(facts_of("refund_canceled"), "failure_happened"), "");
  EXPECT_EQ(value(facts_of("refund_reversed"), "failure_happened"), "");
  EXPECT_NE(value(facts_of("refund_failed"), "failure_happened"), "");
}

struct AdviceCase {
  std::string_view payment_method;
  std::optional<int> days_left;
  std::optional<int> charge_age_days;
  std::string_view advice;  // empty: none
};

TEST(RetryAdvice, FollowsThePaymentMethod) {
  const AdviceCase cases[] = {
      {"", std::nullopt, std::nullopt, ""},
      {"konbini", 10, 5, ""},
      {"card", 185, 180, ""},
      {"card", 184, 181, "over 180 days ago: refunds of such charges are declined more often."},
      {"card", std::nullopt, 365, "are declined more often."},
      {"card", std::nullopt, 366, "over 365 days ago: consider another compensation."},
      {"credit_card", std::nullopt, std::nullopt, "over 365 days, consider another compensation."},
      {"card", -1, 366,
       "The refund window has ended and a new attempt may be refused: consider "
       "another compensation."},
      {"promptpay", 10, 5, "The customer's PromptPay account must be active"},
      {"truemoney_jumpapp", 10, 5, "The customer's TrueMoney account must be active"},
      {"alipay", 10, 5, "The customer's Alipay account must be active"},
      {"alipay", -1, 200, "The refund window has ended"},
      {"internet_banking_bay", 10, 80, "(BAY) takes refunds strictly within 90 days"},
      {"mobile_banking_bay", -1, 91, "this bank (BAY) is strict about it"},
      {"internet_banking_bbl", 10, 80, ""},
      {"paypay", 10, 80, "until 23:59:59 Japan time (JST)"},
  };
  const std::string alone = value(facts_of("refund_failed"), "next_step");
  for (const AdviceCase& test : cases) {
    MessageFacts facts = facts_of("refund_failed");
    facts.payment_method = test.payment_method;
    facts.days_left = test.days_left;
    facts.charge_age_days = test.charge_age_days;
    const std::string next_step = value(facts, "next_step");
    EXPECT_THAT(next_step, HasSubstr(alone + std::string{test.advice.empty() ? "" : " "}));
    EXPECT_THAT(next_step, HasSubstr(std::string{test.advice})) << test.payment_method;
    EXPECT_EQ(next_step == alone, test.advice.empty()) << test.payment_method << next_step;
  }
}

TEST(RetryAdvice, IsLeftOutWhereAnotherTryIsPointless) {
  for (const auto* code : {"charge_already_refunded", "invalid_charge", "charge_not_paid"}) {
    MessageFacts facts = facts_of("refund_failed");
    facts.failure_code = code;
    const std::string alone = value(facts, "next_step");
    facts.payment_method = "promptpay";
    EXPECT_EQ(value(facts, "next_step"), alone) << code;
  }
}

TEST(RetryAdvice, FollowsWithoutASpaceInJapanese) {
  MessageFacts facts = facts_of("refund_failed");
  facts.payment_method = "paypay";
  EXPECT_THAT(value(facts, "next_step", Language::ja),
              EndsWith("ください。PayPayの返金は、期限日の日本時間23:59:59まで受け付けられます。"));
}

TEST(Wording, NamesThePaymentMethod) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", ""},
      {"card", "Card"},
      {"promptpay", "PromptPay"},
      {"internet_banking_bay", "Internet banking (BAY)"},
      {"mobile_banking", "Mobile banking"},
      {"konbini", "konbini"},
  };
  for (const auto& [method, expected] : cases) {
    MessageFacts facts = facts_of("refund_failed");
    facts.payment_method = method;
    EXPECT_EQ(value(facts, "payment_method"), expected);
  }
  MessageFacts facts = facts_of("refund_failed");
  facts.payment_method = "internet_banking_bay";
  EXPECT_EQ(value(facts, "payment_method", Language::ja), "インターネットバンキング（BAY）");
}

TEST(AnomalyWording, KnowsEveryKind) {
  std::set<std::string_view> names;
  for (auto number = 0; number <= static_cast<int>(AnomalyKind::unconfirmed); ++number) {
    const auto kind = domain::to_string(static_cast<AnomalyKind>(number));
    const AnomalyWording& wording = anomaly_wording(kind);
    EXPECT_EQ(wording.kind, kind);
    for (const Language language : k_languages) {
      EXPECT_TRUE(names.insert(in(language, wording.name)).second) << kind;
      EXPECT_THAT(std::string{in(language, wording.sentence)}, Not(IsEmpty())) << kind;
      EXPECT_THAT(std::string{in(language, wording.next_step)}, Not(IsEmpty())) << kind;
    }
  }
}

TEST(AnomalyWording, HasGeneralWordsForAnUnknownKind) {
  MessageFacts facts = facts_of("anomaly_new_kind");
  facts.anomaly_kind = "new_kind";
  EXPECT_EQ(value(facts, "anomaly_kind"), "new_kind");
  EXPECT_EQ(value(facts, "anomaly_name"), "unexpected facts");
  EXPECT_NE(value(facts, "anomaly_sentence"), "");
  EXPECT_NE(value(facts, "next_step"), "");
}

TEST(Wording, NamesWhatTheCustomerCouldNotBeTold) {
  for (const auto* name : {"refund_initiated", "refund_complete", "refund_correction"}) {
    for (const Language language : k_languages) {
      EXPECT_NE(untold_text(name, language), name);
    }
  }
  EXPECT_EQ(untold_text("refund_other", Language::en), "refund_other");
}

}  // namespace
}  // namespace outbox
