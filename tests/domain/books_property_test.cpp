// Any permutation with any duplication of a random history ends in the same refunds, charges, sums
// and order, and in what an independent, much simpler model says of it.

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <map>
#include <random>

#include "domain/books.hpp"
#include "domain/order.hpp"
#include "domain/samples.hpp"

namespace domain {
namespace {

using History = std::vector<Event>;

template <typename T>
std::optional<T> maybe(const T& value) {
  return *rc::gen::arbitrary<bool>() ? std::optional{value} : std::nullopt;
}

// Few ids and few instants, so that histories collide as often as possible.
Event random_refund_event(int number) {
  auto report = samples::report(*rc::gen::element(RefundStatus::pending, RefundStatus::successful,
                                                  RefundStatus::failed, RefundStatus::canceled),
                                *rc::gen::inRange(0, 4), "e" + std::to_string(number));
  report.refund_id = *rc::gen::element<std::string>("rfnd_1", "rfnd_2", "rfnd_3");
  report.action_required = report.status == RefundStatus::pending && *rc::gen::arbitrary<bool>();
  report.voided = report.status == RefundStatus::successful && *rc::gen::arbitrary<bool>();
  report.evidence = *rc::gen::element(Evidence::token_webhook, Evidence::signed_webhook,
                                      Evidence::api_read, Evidence::operator_);
  report.charge_id = maybe(*rc::gen::element<std::string>("chrg_1", "chrg_2"));
  report.order_id = maybe(*rc::gen::element<std::string>("order-1", "order-2"));
  report.amount = maybe(*rc::gen::element(samples::thb(100), samples::thb(250), samples::jpy(100)));
  report.reason = maybe(*rc::gen::element<std::string>("duplicate", "fraudulent"));
  return samples::event_of(report);
}

Event random_charge_event(int number) {
  auto report = samples::charge_report(*rc::gen::inRange(0, 4), "e" + std::to_string(number));
  report.charge_id = *rc::gen::element<std::string>("chrg_1", "chrg_2");
  report.status = maybe(*rc::gen::element(ChargeStatus::successful, ChargeStatus::pending));
  report.order_id = maybe(*rc::gen::element<std::string>("order-1", "order-2"));
  report.amount = maybe(*rc::gen::element(samples::thb(350), samples::thb(100)));
  return samples::event_of(report);
}

History random_history() {
  const int length = *rc::gen::inRange(1, 13);
  History history;
  for (int number = 0; number < length; ++number) {
    const bool about_charge = *rc::gen::inRange(0, 4) == 0;
    history.push_back(about_charge ? random_charge_event(number) : random_refund_event(number));
  }
  return history;
}

Books books_after(const History& history) {
  Books books;
  std::set<std::string> seen;
  for (const Event& event : history) {
    if (seen.insert(event.event_id).second) {
      books.apply(event, {});
    } else {
      books.note_duplicate(event, {}, /*conflicting=*/false);
    }
  }
  books.examine_touched();
  return books;
}

History shuffled_with_duplicates(const History& history) {
  History deliveries = history;
  const auto extra = *rc::gen::container<std::vector<std::size_t>>(
      rc::gen::inRange<std::size_t>(0, history.size()));
  for (const std::size_t at : extra) {
    deliveries.push_back(history[at]);
  }
  std::mt19937 random{*rc::gen::arbitrary<unsigned>()};
  std::shuffle(deliveries.begin(), deliveries.end(), random);
  return deliveries;
}

std::vector<Refund> refunds_of(const Books& books, const std::string& charge_id) {
  std::vector<Refund> refunds;
  for (const auto& [key, refund] : books.refunds()) {
    if (refund.charge_id.value == charge_id) {
      refunds.push_back(refund);
    }
  }
  return refunds;
}

OrderFacts facts_of(const Books& books, const std::string& order_id) {
  OrderFacts facts;
  for (const auto& [key, refund] : books.refunds()) {
    if (refund.order_id != order_id) {
      continue;
    }
    facts.successful_count += refund.status == RefundStatus::successful ? 1 : 0;
    facts.pending_count += refund.status == RefundStatus::pending ? 1 : 0;
    facts.failed_count += refund.status == RefundStatus::failed ? 1 : 0;
  }
  return facts;
}

TEST(BooksPropertyTest, TheOrderOfArrivalMeansNothing) {
  const bool holds = rc::check([] {
    const History history = random_history();
    const Books straight = books_after(history);
    const Books shuffled = books_after(shuffled_with_duplicates(history));
    RC_ASSERT(straight.charges() == shuffled.charges());
    for (const auto& [key, refund] : straight.refunds()) {
      Refund other = shuffled.refunds().at(key);
      other.episode = refund.episode;  // counts what was told, and that does depend on arrival
      RC_ASSERT(other == refund);
    }
    RC_ASSERT(straight.refunds().size() == shuffled.refunds().size());
    for (const auto& [key, charge] : straight.charges()) {
      RC_ASSERT(ledger_of(charge, refunds_of(straight, key.second)) ==
                ledger_of(shuffled.charges().at(key), refunds_of(shuffled, key.second)));
    }
    for (const char* order_id : {"order-1", "order-2"}) {
      RC_ASSERT(order_state(facts_of(straight, order_id)).status ==
                order_state(facts_of(shuffled, order_id)).status);
    }
  });
  EXPECT_TRUE(holds);
}

// The auditor: sorts all reports of a refund by key and takes the last that says anything.
TEST(BooksPropertyTest, AgreesWithTheGreatestOfASet) {
  const bool holds = rc::check([] {
    const History history = random_history();
    const Books books = books_after(shuffled_with_duplicates(history));
    std::map<std::string, std::vector<RefundReport>> reports;
    for (const Event& event : history) {
      if (event.refund) {
        reports[event.refund_id].push_back(*event.refund);
      }
    }
    RC_ASSERT(reports.size() == books.refunds().size());
    for (auto& [refund_id, of_refund] : reports) {
      std::sort(of_refund.begin(), of_refund.end(),
                [](const auto& left, const auto& right) { return key_of(left) < key_of(right); });
      const Refund& refund = books.refunds().at({"omise-th", refund_id});
      RC_ASSERT(refund.status == *of_refund.back().status);
      RC_ASSERT(refund.action_required == of_refund.back().action_required);
      RC_ASSERT(refund.voided == of_refund.back().voided);
      std::optional<Money> amount;
      std::optional<std::string> charge_id;
      for (const RefundReport& report : of_refund) {
        amount = report.amount ? report.amount : amount;
        charge_id = report.charge_id ? report.charge_id : charge_id;
      }
      RC_ASSERT(refund.amount.value == amount);
      RC_ASSERT(refund.charge_id.value == charge_id);
    }
  });
  EXPECT_TRUE(holds);
}

// Loading the rows again between any two events changes nothing.
TEST(BooksPropertyTest, ABatchBoundaryMeansNothing) {
  const bool holds = rc::check([] {
    const History history = random_history();
    const Books whole = books_after(history);
    Books last;
    for (const Event& event : history) {
      Books next;
      for (const auto& [key, charge] : last.charges()) {
        next.put(charge);
      }
      for (const auto& [key, refund] : last.refunds()) {
        next.put(refund);
      }
      next.apply(event, {});
      last = next;
    }
    RC_ASSERT(whole.refunds() == last.refunds());
    RC_ASSERT(whole.charges() == last.charges());
  });
  EXPECT_TRUE(holds);
}

}  // namespace
}  // namespace domain
