#include "domain/order_members.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "domain/samples.hpp"

namespace domain {
namespace {

using samples::jpy;
using samples::thb;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr auto k_limit = std::numeric_limits<std::int64_t>::max();
const OrderKey k_order{"order-1", true};

Charge charge(const char* id, std::optional<std::string> order_id,
              std::optional<Money> amount = thb(1'000)) {
  Charge charge;
  charge.source = "omise-th";
  charge.charge_id = id;
  charge.order_id.value = std::move(order_id);
  charge.amount.value = amount;
  return charge;
}

Refund refund(const char* id, std::optional<std::string> charge_id, RefundStatus status,
              std::optional<Money> amount = thb(10)) {
  Refund refund;
  refund.source = "omise-th";
  refund.refund_id = id;
  refund.charge_id.value = std::move(charge_id);
  refund.order_id = k_order.first;
  refund.status = status;
  refund.amount.value = amount;
  return refund;
}

struct Known {
  std::vector<Charge> charges;
  std::vector<Refund> refunds;
};

OrderMembers members(const Known& known, const OrderKey& order = k_order) {
  Books books;
  for (const Charge& charge : known.charges) {
    books.put(charge);
  }
  for (const Refund& refund : known.refunds) {
    books.put(refund);
  }
  const auto all = members_of(books, {order});
  EXPECT_EQ(all.size(), 1U);
  return all.at(order);
}

// The least member by its id alone: every member of these tests has the same source.
std::string first_of(const std::string& first) {
  const std::string source = "omise-th\x01";
  EXPECT_TRUE(first.starts_with(source)) << first;
  return first.substr(source.size());
}

std::string code_of(const std::optional<Currency>& currency) {
  return currency ? std::string{currency->code()} : "none";
}

// One line for each currency, sorted: "THB first paid/charges".
std::vector<std::string> lines(const std::vector<ChargeSum>& sums) {
  std::vector<std::string> lines;
  for (const ChargeSum& sum : sums) {
    lines.push_back(code_of(sum.currency) + " " + first_of(sum.first) + " " +
                    std::to_string(sum.paid_minor) + "/" + std::to_string(sum.charge_count));
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

// "THB first refunded/successful pending/pending failed unknown".
std::vector<std::string> lines(const std::vector<RefundSum>& sums) {
  std::vector<std::string> lines;
  for (const RefundSum& sum : sums) {
    lines.push_back(code_of(sum.currency) + " " + first_of(sum.first) + " " +
                    std::to_string(sum.refunded_minor) + "/" +
                    std::to_string(sum.successful_count) + " " + std::to_string(sum.pending_minor) +
                    "/" + std::to_string(sum.pending_count) + " " +
                    std::to_string(sum.failed_count) + " " + std::to_string(sum.unknown_count));
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

using enum RefundStatus;

TEST(OrderMembersTest, AnOrderWithoutMembersHasAnEntryAllTheSame) {
  const auto found = members({});
  EXPECT_THAT(lines(found.parts.charges), IsEmpty());
  EXPECT_THAT(lines(found.parts.refunds), IsEmpty());
  EXPECT_EQ(found.refund_count, 0);
  EXPECT_EQ(found.charge_count, 0);
}

TEST(OrderMembersTest, OnlyTheOrdersAskedForAreAnswered) {
  Books books;
  books.put(charge("c1", "order-1"));
  books.put(charge("c2", "order-2"));
  const auto all = members_of(books, {{"order-2", true}, {"order-3", true}});
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all.at({"order-2", true}).charge_count, 1);
  EXPECT_EQ(all.at({"order-3", true}).charge_count, 0);
}

TEST(OrderMembersTest, AChargeThatNamesTheOrderCountsWithAndWithoutRefunds) {
  const auto found = members({{charge("c1", "order-1"), charge("c2", "order-1")},
                              {refund("r1", "c2", successful), refund("r2", "c2", successful)}});
  EXPECT_THAT(lines(found.parts.charges), ElementsAre("THB c1 2000/2"));
  EXPECT_EQ(found.charge_count, 2);
  EXPECT_EQ(found.refund_count, 2);
}

TEST(OrderMembersTest, AChargeThatOnlyRefundsLeadToCountsOnceAndNamesNothing) {
  const auto found = members(
      {{charge("c1", std::nullopt)},
       {refund("r1", "c1", successful), refund("r2", "c1", pending), refund("r3", "c1", failed)}});
  EXPECT_THAT(lines(found.parts.charges), ElementsAre("THB c1 1000/1"));
  EXPECT_EQ(found.charge_count, 0);
  EXPECT_EQ(found.refund_count, 3);
}

TEST(OrderMembersTest, AChargeWithoutOrderCountsForEachOrderThatItsRefundsName) {
  Books books;
  books.put(charge("c1", std::nullopt));
  books.put(refund("r1", "c1", successful));
  auto other = refund("r2", "c1", successful);
  other.order_id = "order-2";
  books.put(other);
  const auto all = members_of(books, {k_order, {"order-2", true}});
  for (const auto& [key, found] : all) {
    EXPECT_THAT(lines(found.parts.charges), ElementsAre("THB c1 1000/1")) << key.first;
    EXPECT_EQ(found.refund_count, 1) << key.first;
  }
}

TEST(OrderMembersTest, AChargeOfAnotherOrderDoesNotCountHoweverItsRefundsAreNamed) {
  const auto found = members({{charge("c1", "order-2")}, {refund("r1", "c1", successful)}});
  EXPECT_THAT(lines(found.parts.charges), IsEmpty());
  EXPECT_THAT(lines(found.parts.refunds), ElementsAre("THB r1 10/1 0/0 0 0"));
}

TEST(OrderMembersTest, ARefundsChargeIsThatOfItsOwnSource) {
  auto foreign = charge("c1", std::nullopt);
  foreign.source = "payjp";
  const auto found = members({{foreign}, {refund("r1", "c1", successful)}});
  EXPECT_THAT(lines(found.parts.charges), IsEmpty());
}

TEST(OrderMembersTest, ARefundWhoseChargeIsNotInTheBooksIsNotOneWithoutCharge) {
  const auto found = members({{}, {refund("r1", "c1", successful)}});
  EXPECT_THAT(lines(found.parts.refunds), ElementsAre("THB r1 10/1 0/0 0 0"));
  const auto without = members({{}, {refund("r1", std::nullopt, successful)}});
  EXPECT_THAT(lines(without.parts.refunds), ElementsAre("THB r1 10/1 0/0 0 1"));
}

TEST(OrderMembersTest, AChargeThatWasNeverPaidIsOnlyAmongThoseThatNameTheOrder) {
  struct Case {
    std::optional<ChargeStatus> status;
    bool is_paid;
  };
  const Case cases[] = {{std::nullopt, true},           {ChargeStatus::successful, true},
                        {ChargeStatus::reversed, true}, {ChargeStatus::pending, false},
                        {ChargeStatus::failed, false},  {ChargeStatus::expired, false}};
  for (const Case& example : cases) {
    for (const bool names_order : {true, false}) {
      auto only = charge("c1", names_order ? std::optional{k_order.first} : std::nullopt);
      only.status.value = example.status;
      const auto found = members({{only}, {refund("r1", "c1", successful)}});
      EXPECT_EQ(found.parts.charges.size(), example.is_paid ? 1U : 0U)
          << (example.status ? to_string(*example.status) : "unknown") << names_order;
      EXPECT_EQ(found.charge_count, names_order ? 1 : 0);
    }
  }
}

TEST(OrderMembersTest, ATestsMembersAreNotThoseOfTheLiveOrder) {
  auto test_charge = charge("c1", "order-1");
  test_charge.livemode = false;
  auto test_refund = refund("r1", "c1", successful);
  test_refund.livemode = false;
  const Known known{{test_charge, charge("c2", "order-1", thb(7))},
                    {test_refund, refund("r2", "c2", pending)}};
  const auto live = members(known);
  EXPECT_THAT(lines(live.parts.charges), ElementsAre("THB c2 7/1"));
  EXPECT_THAT(lines(live.parts.refunds), ElementsAre("THB r2 0/0 10/1 0 0"));
  const auto test = members(known, {"order-1", false});
  EXPECT_THAT(lines(test.parts.charges), ElementsAre("THB c1 1000/1"));
  EXPECT_THAT(lines(test.parts.refunds), ElementsAre("THB r1 10/1 0/0 0 0"));
  EXPECT_EQ(live.refund_count + live.charge_count, 2);
  EXPECT_EQ(test.refund_count + test.charge_count, 2);
}

TEST(OrderMembersTest, EveryCurrencyHasItsSumAndItsFirstMember) {
  const auto found =
      members({{charge("c3", "order-1", jpy(5)), charge("c1", "order-1", jpy(6)),
                charge("c2", "order-1"), charge("c4", "order-1", std::nullopt)},
               {refund("r4", "c1", successful, jpy(3)), refund("r2", "c1", pending, jpy(2)),
                refund("r3", "c2", successful), refund("r1", "c2", failed, std::nullopt)}});
  EXPECT_THAT(lines(found.parts.charges),
              ElementsAre("JPY c1 11/2", "THB c2 1000/1", "none c4 0/1"));
  EXPECT_THAT(lines(found.parts.refunds),
              ElementsAre("JPY r2 3/1 2/1 0 0", "THB r3 10/1 0/0 0 0", "none r1 0/0 0/0 1 0"));
  EXPECT_EQ(found.charge_count, 4);
  EXPECT_EQ(found.refund_count, 4);
}

// Charges that refunds lead to are met after all others: the least is still theirs.
TEST(OrderMembersTest, TheFirstMemberDoesNotDependOnTheWayToIt) {
  const auto found = members(
      {{charge("c2", "order-1"), charge("c1", std::nullopt)}, {refund("r1", "c1", successful)}});
  EXPECT_THAT(lines(found.parts.charges), ElementsAre("THB c1 2000/2"));
}

TEST(OrderMembersTest, EveryRefundStatusIsCountedInItsPlace) {
  const auto found = members(
      {{},
       {refund("r1", "c1", successful, thb(1)), refund("r2", "c1", successful, thb(2)),
        refund("r3", "c1", pending, thb(4)), refund("r4", "c1", failed, thb(8)),
        refund("r5", "c1", canceled, thb(16)), refund("r6", std::nullopt, canceled, thb(32))}});
  EXPECT_THAT(lines(found.parts.refunds), ElementsAre("THB r1 3/2 4/1 1 1"));
  EXPECT_EQ(found.refund_count, 6);
}

TEST(OrderMembersTest, SumsThatDoNotFitStayAtTheLimit) {
  const auto at_limit =
      members({{charge("c1", "order-1", thb(k_limit - 1)), charge("c2", "order-1", thb(1))}, {}});
  EXPECT_EQ(at_limit.parts.charges.at(0).paid_minor, k_limit);
  const auto above = members(
      {{charge("c1", "order-1", thb(k_limit)), charge("c2", "order-1", thb(1)),
        charge("c3", "order-1", thb(1))},
       {refund("r1", "c1", successful, thb(k_limit)), refund("r2", "c1", successful, thb(2)),
        refund("r3", "c1", pending, thb(k_limit)), refund("r4", "c1", pending, thb(1))}});
  EXPECT_EQ(above.parts.charges.at(0).paid_minor, k_limit);
  EXPECT_EQ(above.parts.refunds.at(0).refunded_minor, k_limit);
  EXPECT_EQ(above.parts.refunds.at(0).pending_minor, k_limit);
}

OrderFacts facts_of(const Known& known, const std::optional<Money>& imported = std::nullopt) {
  return add_up(members(known).parts, imported);
}

TEST(AddUpTest, TheCurrencyIsTheImportsElseTheFirstChargesElseTheFirstRefunds) {
  const std::vector charges{charge("c1", "order-1", std::nullopt), charge("c2", "order-1", jpy(5)),
                            charge("c3", "order-1")};
  const std::vector refunds{refund("r1", "c1", successful, std::nullopt),
                            refund("r2", "c2", successful, jpy(3)),
                            refund("r3", "c3", successful, thb(10))};
  EXPECT_EQ(code_of(facts_of({charges, refunds}, thb(9)).currency), "THB");
  EXPECT_EQ(code_of(facts_of({charges, refunds}, jpy(9)).currency), "JPY");
  EXPECT_EQ(code_of(facts_of({charges, refunds}).currency), "JPY");
  EXPECT_EQ(code_of(facts_of({{charges[0], charges[2]}, refunds}).currency), "THB");
  EXPECT_EQ(code_of(facts_of({{charges[0]}, refunds}).currency), "JPY");
  EXPECT_EQ(code_of(facts_of({{}, {refunds[2], refunds[0]}}).currency), "THB");
  EXPECT_EQ(code_of(facts_of({{charges[0]}, {refunds[0]}}).currency), "none");
}

TEST(AddUpTest, OnlyMoneyOfTheOrdersCurrencyIsSummedButEveryRefundCounts) {
  const auto facts =
      facts_of({{charge("c1", "order-1")},
                {refund("r1", "c1", successful, jpy(3)), refund("r2", "c1", successful, thb(10)),
                 refund("r3", "c1", pending, thb(20)), refund("r4", "c1", pending, std::nullopt),
                 refund("r5", "c1", failed, jpy(1))}});
  EXPECT_EQ(facts.refunded_minor, 10);
  EXPECT_EQ(facts.pending_minor, 20);
  EXPECT_EQ(facts.successful_count, 2);
  EXPECT_EQ(facts.pending_count, 2);
  EXPECT_EQ(facts.failed_count, 1);
}

TEST(AddUpTest, TheTotalIsWhatTheChargesAddUpTo) {
  const auto first = charge("c1", "order-1");
  const auto own = refund("r1", "c1", successful);
  const auto chargeless = refund("r2", std::nullopt, successful);
  struct Case {
    const char* name;
    Known known;
    std::optional<Money> imported;
    std::optional<std::int64_t> total_minor;
  };
  const Case cases[] = {
      {"charges of one currency", {{first, charge("c2", "order-1")}, {own}}, {}, 2'000},
      {"no charge", {{}, {own}}, {}, {}},
      {"a refund without charge", {{first}, {own, chargeless}}, {}, {}},
      {"a foreign refund without charge",
       {{first}, {own, refund("r2", std::nullopt, failed, jpy(1))}},
       {},
       {}},
      {"a charge of another currency", {{first, charge("c2", "order-1", jpy(1))}, {own}}, {}, {}},
      {"a charge of unknown amount", {{first, charge("c2", "order-1", {})}, {own}}, {}, {}},
      {"only charges of unknown amount", {{charge("c2", "order-1", {})}, {own}}, {}, {}},
      {"a foreign refund of a known charge",
       {{first}, {refund("r1", "c1", successful, jpy(1))}},
       {},
       1'000},
      {"an import beside charges", {{first}, {own}}, thb(5), 5},
      {"an import and a refund without charge", {{}, {chargeless}}, thb(5), 5},
      {"an import of another currency", {{first}, {own}}, jpy(5), 5},
  };
  for (const Case& example : cases) {
    EXPECT_EQ(facts_of(example.known, example.imported).total_minor, example.total_minor)
        << example.name;
  }
}

}  // namespace
}  // namespace domain
