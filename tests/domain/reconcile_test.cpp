#include "domain/reconcile.hpp"

#include <gtest/gtest.h>

#include "domain/samples.hpp"

namespace domain {
namespace {

using namespace std::chrono_literals;
using enum RefundStatus;
using samples::at;
using samples::jpy;
using samples::thb;

constexpr std::chrono::seconds k_day{24h};
constexpr int k_now = 1'000'000;

// Long ago, so that nothing is young.
ListedRefund listed(RefundStatus status, std::optional<Money> amount = thb(10'000)) {
  return {"rfnd_1",     status,      std::string{to_string(status)}, amount, at(0),
          std::nullopt, std::nullopt};
}

BookedRefund booked(RefundStatus status, std::optional<Money> amount = thb(10'000)) {
  return {status, amount, at(0), at(0)};
}

std::vector<Difference> differences_of(const ListedRefund& theirs,
                                       const std::optional<BookedRefund>& ours) {
  return compare(theirs, ours, {at(k_now), k_day});
}

TEST(Reconcile, WhatAgreesIsNoDifference) {
  for (const RefundStatus status : {pending, successful, failed, canceled}) {
    EXPECT_TRUE(differences_of(listed(status), booked(status)).empty());
  }
}

TEST(Reconcile, AListThatDoesNotNameTheAmountSaysNothingAboutIt) {
  EXPECT_TRUE(differences_of(listed(successful, std::nullopt), booked(successful)).empty());
}

TEST(Reconcile, EachDifferenceHasItsKind) {
  struct Case {
    ListedRefund theirs;
    std::optional<BookedRefund> ours;
    std::vector<Difference> expected;
  };
  using enum DifferenceKind;
  auto unknown = listed(successful);
  unknown.status.reset();
  unknown.provider_status = "frozen";
  const std::vector<Case> cases{
      {listed(successful), std::nullopt, {{missing_here, "successful 100.00 THB", "", true}}},
      {unknown, std::nullopt, {{missing_here, "frozen 100.00 THB", "", false}}},
      {unknown, booked(successful), {{status, "frozen", "successful", false}}},
      {listed(successful, thb(10'001)),
       booked(successful),
       {{amount, "100.01 THB", "100.00 THB", false}}},
      {listed(successful, jpy(10'000)),
       booked(successful),
       {{currency, "10,000 JPY", "100.00 THB", false}}},
      {listed(successful), booked(successful, std::nullopt), {{amount, "100.00 THB", "", true}}},
      {listed(failed), booked(pending), {{status, "failed", "pending", true}}},
      {listed(pending), booked(failed), {{status, "pending", "failed", false}}},
      {listed(failed), booked(successful), {{status, "failed", "successful", false}}},
      {listed(failed, thb(1)),
       booked(pending),
       {{amount, "0.01 THB", "100.00 THB", false}, {status, "failed", "pending", false}}},
      {listed(failed),
       booked(pending, std::nullopt),
       {{amount, "100.00 THB", "", true}, {status, "failed", "pending", true}}},
  };
  for (std::size_t index = 0; index < cases.size(); ++index) {
    EXPECT_EQ(differences_of(cases[index].theirs, cases[index].ours), cases[index].expected)
        << "case " << index;
  }
}

TEST(Reconcile, AnOutcomeIsReplacedOnlyByOneThatIsProvedToBeLater) {
  auto theirs = listed(failed);
  auto ours = booked(successful);
  ours.occurred_at = at(100);
  for (auto* known_at : {&theirs.changed_at, &theirs.as_of}) {
    for (const auto& [time, is_later] :
         {std::pair{at(99), false}, {at(100), false}, {at(101), true}}) {
      *known_at = time;
      const auto found = differences_of(theirs, ours);
      ASSERT_EQ(found.size(), 1U);
      EXPECT_EQ(found[0].recoverable, is_later) << format_rfc3339(time);
    }
    known_at->reset();
  }
}

TEST(Reconcile, AnOutcomeIsNeverTakenBackByAListThatStillSaysPending) {
  auto theirs = listed(pending);
  theirs.as_of = at(k_now);
  EXPECT_FALSE(differences_of(theirs, booked(successful))[0].recoverable);
}

TEST(Reconcile, AnUnknownAmountIsNotFilledInBesideAnOutcomeThatIsDisputed) {
  for (const auto& difference : differences_of(listed(failed), booked(successful, std::nullopt))) {
    EXPECT_FALSE(difference.recoverable) << to_string(difference.kind);
  }
}

TEST(Reconcile, AnOutcomeThatOneSideDoesNotHaveYetIsTimingWhileItIsYoung) {
  struct Case {
    RefundStatus theirs;
    RefundStatus ours;
    bool can_be_timing;
  };
  const std::vector<Case> cases{{successful, pending, true},
                                {pending, successful, true},
                                {successful, failed, false},
                                {failed, successful, false}};
  for (const Case& each : cases) {
    for (const auto& [age, is_young] : {std::pair{k_day - 1s, true}, {k_day, false}}) {
      auto theirs = listed(each.theirs);
      auto ours = booked(each.ours);
      (each.theirs == pending ? ours.occurred_at : theirs.created_at) = at(k_now) - age;
      const auto found = differences_of(theirs, ours);
      ASSERT_EQ(found.size(), 1U);
      EXPECT_EQ(found[0].kind == DifferenceKind::timing, each.can_be_timing && is_young)
          << to_string(each.theirs) << " there, " << to_string(each.ours) << " here";
    }
  }
}

TEST(Reconcile, ATimeOfChangeCountsMoreThanThatOfCreation) {
  auto theirs = listed(successful);
  theirs.changed_at = at(k_now) - 1h;
  EXPECT_EQ(differences_of(theirs, booked(pending))[0].kind, DifferenceKind::timing);
}

TEST(Reconcile, TheTimeOfTheListMakesNothingYoung) {
  auto theirs = listed(successful);
  theirs.as_of = at(k_now);
  EXPECT_EQ(differences_of(theirs, booked(pending))[0].kind, DifferenceKind::status);
}

TEST(Reconcile, AmountsAreNeverAMatterOfTime) {
  auto theirs = listed(successful, thb(1));
  theirs.created_at = at(k_now);
  EXPECT_EQ(differences_of(theirs, booked(successful))[0].kind, DifferenceKind::amount);
}

TEST(Reconcile, WhatIsNotListedIsMissingThereUnlessItIsYoung) {
  for (const auto& [age, kind] :
       {std::pair{k_day - 1s, DifferenceKind::timing}, {k_day, DifferenceKind::missing_there}}) {
    auto ours = booked(successful);
    ours.requested_at = at(k_now) - age;
    const auto found = missing_there(ours, {at(k_now), k_day});
    EXPECT_EQ(found, (Difference{kind, "", "successful 100.00 THB", false}));
  }
}

}  // namespace
}  // namespace domain
