#include "commands/explain_summary.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "commands/explain_belongings.hpp"
#include "commands/explain_words.hpp"
#include "commands/hand_made_history.hpp"
#include "outbox/template_contract.hpp"

namespace {

using commands::Language;
using commands::summarize;
using commands_test::at;
using commands_test::failed_history;
using commands_test::money;
using commands_test::successful_history;
using domain::RefundStatus;
using store::RefundHistory;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(ExplainSummaryTest, IsASmallStoryInEnglish) {
  EXPECT_THAT(
      summarize(successful_history(), Language::english),
      ElementsAre(
          "The refund of 1,000.00 THB has been completed.",
          "This has been its state since 2026-01-31T10:03:34Z; the refund itself dates from "
          "2026-01-30T09:00:00Z.",
          "We know this from a message signed by the payment provider.",
          "It belongs to order 1001.", "It belongs to charge chrg_1.",
          "Of the charge's 5,000.00 THB, 1,000.00 THB has been refunded and 0.00 THB is "
          "being refunded; 4,000.00 THB is left.",
          "Order 1001 is partially refunded: 1,000.00 THB of 5,000.00 THB.",
          "The customer was last sent \"refund complete\", at 2026-01-31T10:03:36Z."));
}

TEST(ExplainSummaryTest, IsASmallStoryInJapanese) {
  EXPECT_THAT(
      summarize(successful_history(), Language::japanese),
      ElementsAre("1,000.00 THBの返金は完了しています。",
                  "この状態になった日時は2026-01-31T10:03:34Z、返金の受付日時は2026-01-30T09:00:00Z"
                  "です。",
                  "この情報の根拠は、決済会社からの署名付き通知です。", "対象の注文は1001です。",
                  "対象の決済はchrg_1です。",
                  "決済金額5,000.00 THBのうち、1,000.00 THBが返金済み、0.00 THBが返金処理中で、"
                  "残りは4,000.00 THBです。",
                  "注文1001は一部返金済みです（5,000.00 THBのうち1,000.00 THB）。",
                  "お客様には2026-01-31T10:03:36Zに「返金完了のお知らせ」をお送りしています。"));
}

TEST(ExplainSummaryTest, SaysWhyItFailedAndWhatToDo) {
  const auto english = summarize(failed_history(), Language::english);
  EXPECT_THAT(english, Contains("Why it failed: The balance does not suffice "
                                "(insufficient_balance)"));
  EXPECT_THAT(english, Contains(HasSubstr("What to do: Ask finance")));
  EXPECT_THAT(english, Contains("Nothing has been sent to the customer."));
  EXPECT_THAT(english, Contains(HasSubstr("Attention: The refund was requested after")));
  EXPECT_THAT(english, Not(Contains(HasSubstr("It is not known which order"))));
  const auto japanese = summarize(failed_history(), Language::japanese);
  EXPECT_THAT(japanese,
              Contains("失敗の理由：The balance does not suffice（insufficient_balance）"));
  EXPECT_THAT(japanese, Contains(HasSubstr("必要な対応：決済会社の残高の補充を経理に依頼し")));
  EXPECT_THAT(japanese, Contains("お客様へのご連絡はお送りしていません。"));
  EXPECT_THAT(japanese, Contains(HasSubstr("注意：支払方法ごとの返金期限を過ぎて")));
}

struct SentenceCase {
  std::function<void(RefundHistory&)> change;
  std::string english;
  std::string japanese;
};

class SummarySentenceTest : public testing::TestWithParam<SentenceCase> {};

TEST_P(SummarySentenceTest, IsToldInBothLanguages) {
  auto history = successful_history();
  GetParam().change(history);
  EXPECT_THAT(summarize(history, Language::english), Contains(HasSubstr(GetParam().english)));
  EXPECT_THAT(summarize(history, Language::japanese), Contains(HasSubstr(GetParam().japanese)));
}

INSTANTIATE_TEST_SUITE_P(
    State, SummarySentenceTest,
    testing::Values(
        SentenceCase{[](auto& history) { history.refund->status = RefundStatus::pending; },
                     "is being processed.", "の返金は処理中です。"},
        SentenceCase{[](auto& history) {
                       history.refund->status = RefundStatus::pending;
                       history.refund->action_required = true;
                     },
                     "somebody must act", "手続きを進めるには対応が必要です。"},
        SentenceCase{[](auto& history) { history.refund->voided = true; }, "payment was voided",
                     "決済の取り消しとして完了しています。"},
        SentenceCase{[](auto& history) { history.refund->status = RefundStatus::canceled; },
                     "was canceled", "の返金は取り消されました。"},
        SentenceCase{[](auto& history) { history.refund->amount.value.reset(); },
                     "The refund of an amount that is not known", "金額不明の返金は"},
        SentenceCase{[](auto& history) { history.refund->amount.value = money(1000, "JPY"); },
                     "The refund of 1,000 JPY", "1,000円の返金は"},
        SentenceCase{[](auto& history) { history.refund->livemode = false; }, "This is a test",
                     "テストモードの返金です"},
        SentenceCase{[](auto& history) { history.refund->episode = 2; }, "was replaced by another",
                     "その後変更されています"},
        SentenceCase{
            [](auto& history) { history.refund->key.evidence = domain::Evidence::operator_; },
            "an entry by our own staff", "当社担当者による登録"},
        SentenceCase{[](auto& history) { history.refund->reason.value = "wrong size"; },
                     "The reason given for it: wrong size", "返金の理由：wrong size"}));

INSTANTIATE_TEST_SUITE_P(
    Belongings, SummarySentenceTest,
    testing::Values(
        SentenceCase{[](auto& history) { history.refund->order_id.reset(); },
                     "not known which order", "対象の注文は確認できていません。"},
        SentenceCase{[](auto& history) { history.refund->charge_id.value.reset(); },
                     "not known which charge", "対象の決済は確認できていません。"},
        SentenceCase{[](auto& history) {
                       history.charge->original_minor.reset();
                       history.charge->remaining_minor.reset();
                     },
                     "the charge's own amount is not known", "残額は不明です"},
        SentenceCase{[](auto& history) { history.charge->remaining_minor = -100; },
                     "add up to 1.00 THB more than the 5,000.00 THB", "を1.00 THB超えています"},
        SentenceCase{[](auto& history) {
                       history.charge->remaining_minor = 0;
                       history.charge->fully_refunded = true;
                     },
                     "The charge of 5,000.00 THB has been refunded in full",
                     "決済金額5,000.00 THBは全額返金済みです"},
        SentenceCase{[](auto& history) { history.order->status = "paid"; },
                     "Nothing of order 1001 has been refunded.", "まだ返金は行われていません。"},
        SentenceCase{[](auto& history) { history.order->status = "refund_failed"; },
                     "its refund failed", "注文1001の返金は失敗しており"},
        SentenceCase{[](auto& history) { history.order->status = "refund_pending"; },
                     "A refund of order 1001 is being processed", "注文1001の返金は処理中です"},
        SentenceCase{[](auto& history) { history.order->status = "refunded"; },
                     "Order 1001 is refunded in full", "注文1001は全額返金済みです"},
        SentenceCase{[](auto& history) { history.order->total_minor.reset(); },
                     "its total is not known", "合計金額は確認できていません"},
        SentenceCase{[](auto& history) {
                       history.messages[0].state = "pending";
                       history.messages[0].sent_at.reset();
                     },
                     "is waiting to be sent.", "お客様へのご連絡は送信待ちです。"}));

TEST(ExplainSummaryTest, DatesTheStateFromTheEventThatBroughtIt) {
  auto history = successful_history();
  history.refund->key.occurred_at = at("2026-02-10T00:00:00Z");  // a later report said it again
  history.audit.push_back({at("2026-02-10T00:00:01Z"),
                           3,
                           "evnt_3",
                           "applied",
                           "successful",
                           "successful",
                           {},
                           "",
                           "",
                           ""});
  EXPECT_EQ(commands::state_since(history), at("2026-01-31T10:03:34Z"));
  history.audit.clear();
  EXPECT_EQ(commands::state_since(history), at("2026-02-10T00:00:00Z"));
}

TEST(ExplainWordsTest, NameEveryAnomalyInBothLanguages) {
  for (int kind = 0; kind <= static_cast<int>(domain::AnomalyKind::unconfirmed); ++kind) {
    const auto word = domain::to_string(static_cast<domain::AnomalyKind>(kind));
    EXPECT_EQ(commands::anomaly_name(Language::english, word), word);
    EXPECT_NE(commands::anomaly_name(Language::japanese, word), word) << word;
    EXPECT_NE(commands::anomaly_sentence(Language::english, word), word) << word;
    EXPECT_THAT(commands::anomaly_sentence(Language::japanese, word), HasSubstr("。")) << word;
  }
}

TEST(ExplainWordsTest, HaveEveryStateAndVerdictInJapanese) {
  using commands::Vocabulary;
  const auto expect_translated = [](Vocabulary vocabulary, std::string_view word) {
    EXPECT_NE(commands::word_in(Language::japanese, vocabulary, word), word) << word;
    EXPECT_EQ(commands::word_in(Language::english, vocabulary, word), word);
  };
  for (const auto status : {RefundStatus::pending, RefundStatus::successful, RefundStatus::failed,
                            RefundStatus::canceled}) {
    expect_translated(Vocabulary::status, domain::to_string(status));
  }
  for (int verdict = 0; verdict <= static_cast<int>(domain::Verdict::duplicate); ++verdict) {
    expect_translated(Vocabulary::verdict,
                      domain::to_string(static_cast<domain::Verdict>(verdict)));
  }
  for (int evidence = 0; evidence <= static_cast<int>(domain::Evidence::operator_); ++evidence) {
    expect_translated(Vocabulary::evidence,
                      domain::to_string(static_cast<domain::Evidence>(evidence)));
  }
  for (const auto* code : {"charge_already_refunded", "insufficient_fund", "insufficient_balance",
                           "invalid_charge", "charge_not_paid", "amount_exceeds_refundable", ""}) {
    const auto step = domain::next_step_after_failure(code);
    EXPECT_NE(commands::sentence_in(Language::japanese, step), step);
  }
}

TEST(ExplainWordsTest, HaveEveryMessageInJapanese) {
  for (const auto& contract : outbox::template_contracts()) {
    const std::string name{contract.name};
    if (name.find("anomaly") == std::string::npos && !name.starts_with("finance_")) {
      EXPECT_NE(commands::word_in(Language::japanese, commands::Vocabulary::template_name, name),
                name);
    }
  }
}

TEST(ExplainWordsTest, SayInJapaneseWhyAMessageWasNotSent) {
  const auto in_japanese = [](std::string_view sentence) {
    return commands::sentence_in(Language::japanese, sentence);
  };
  EXPECT_EQ(in_japanese("no longer so: the refund is failed"), "返金の状態が失敗に変わりました");
  EXPECT_EQ(in_japanese("canceled by anna: twice: no"), "annaが送信を取りやめました：twice: no");
  EXPECT_EQ(in_japanese("to be tried again, by anna"), "annaが再送を指示しました");
  EXPECT_EQ(in_japanese("to be tried again, by anna; before: busy"),
            "annaが再送を指示しました（以前：busy）");
  EXPECT_EQ(in_japanese("the server answered 503"), "the server answered 503");
}

TEST(ExplainWordsTest, TranslateSentencesWithTheirValuesAndLeaveOthersAlone) {
  const auto in_japanese = [](std::string_view sentence) {
    return commands::sentence_in(Language::japanese, sentence);
  };
  EXPECT_EQ(in_japanese("the status \"odd\" is not known here"), "状態「odd」は未対応です");
  EXPECT_EQ(in_japanese("at most 15 refunds"), "15回まで");
  EXPECT_EQ(in_japanese("successful"), "完了");
  EXPECT_EQ(in_japanese("at most 1,000 JPY"), "1,000 JPY以下");
  EXPECT_EQ(in_japanese("the same amount in rfnd_1 within 300 s"), "rfnd_1と同額（300秒以内）");
  EXPECT_EQ(in_japanese("somebody else's words"), "somebody else's words");
  EXPECT_EQ(in_japanese(""), "");
  EXPECT_EQ(commands::word_in(Language::japanese, commands::Vocabulary::template_name,
                              "anomaly_over_refund"),
            "異常：返金超過");
}

}  // namespace
