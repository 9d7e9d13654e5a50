// The refunds and charges that a batch of events concerns, and what the events make of them.
//
// The caller puts in everything that is known of them, applies the events in the order of their
// arrival, and takes out what changed, what is to be recorded and what is to be told. Pure: the
// books in memory are the same whether the rows come from PostgreSQL or from a test.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "domain/charge.hpp"
#include "domain/event.hpp"
#include "domain/message.hpp"
#include "domain/refund.hpp"

namespace domain {

/// (source, id): the name of a refund, a charge or an event.
using Key = std::pair<std::string, std::string>;

/// (order id, livemode): a test never touches a live order.
using OrderKey = std::pair<std::string, bool>;

/// What is configured for an event's source, as far as decisions depend on it.
struct SourcePolicy {
  RefundLimits limits;
  bool has_test_recipient = false;
};

/// One line of a refund's history, still without its place in the hash chain.
struct AuditDraft {
  std::size_t event_index = 0;  // counts the calls of apply and note_duplicate from 0
  Key refund;
  std::string charge_id;
  std::string order_id;
  std::string event_id;
  std::string user_id;
  Evidence evidence{};
  Time occurred_at{};
  Verdict verdict{};
  std::optional<RefundStatus> status_before;
  RefundStatus status_after{};
  std::optional<Money> amount;
  std::string reason;
  std::string notes;
};

struct EventResult {
  Verdict verdict{};
  std::string reason;  // for a person; empty where the verdict says it all
};

class Books {
 public:
  void put(Refund refund);
  void put(Charge charge);

  EventResult apply(const Event& event, const SourcePolicy& policy);

  /// An event that is known already: changes nothing. An id that comes again with another content
  /// (`conflicting`) is an anomaly.
  void note_duplicate(const Event& event, const SourcePolicy& policy, bool conflicting);

  /// Looks at every touched charge and refund as a whole. Once, after the last apply.
  void examine_touched();

  [[nodiscard]] const std::map<Key, Refund>& refunds() const { return refunds_; }
  [[nodiscard]] const std::map<Key, Charge>& charges() const { return charges_; }

  /// What is not as it was put in.
  [[nodiscard]] const std::set<Key>& changed_refunds() const { return changed_refunds_; }
  [[nodiscard]] const std::set<Key>& changed_charges() const { return changed_charges_; }
  /// Every order whose sums may have moved, those that a refund left included.
  [[nodiscard]] const std::set<OrderKey>& touched_orders() const { return touched_orders_; }

  [[nodiscard]] const std::vector<AuditDraft>& audit() const { return audit_; }
  [[nodiscard]] const std::vector<Message>& messages() const { return messages_; }
  /// Each (source, kind, subject) once. Their escalations are not among messages(): only an anomaly
  /// that is new to the store is told, and the store knows that.
  [[nodiscard]] const std::vector<Anomaly>& anomalies() const { return anomalies_; }
  /// Refunds that have come to belong to an order: an open unknown_order of theirs has resolved
  /// itself.
  [[nodiscard]] const std::set<Key>& refunds_with_order() const { return refunds_with_order_; }

  /// Whether a message about this source and mode is to be kept from being sent.
  [[nodiscard]] bool is_suppressed(const std::string& source, bool livemode) const;
  /// The mode of the events of this source, for an anomaly's messages.
  [[nodiscard]] bool livemode_of(const std::string& source) const;

 private:
  EventResult set_aside(const Event& event);
  EventResult apply_charge(const Event& event, const ChargeReport& report);
  EventResult apply_refund(const Event& event, const RefundReport& report);
  const Charge& charge_named(const RefundReport& report, const std::string& charge_id);
  Decision decide_with_charge(const std::optional<Refund>& current, const RefundReport& report);
  void record(const std::optional<Refund>& before, const Refund& after);
  void attach_refunds_of(const Charge& charge, const Event& event);
  void touch_order(const std::optional<std::string>& order_id, bool livemode);
  void add_audit(const Event& event, const Refund& refund,
                 const std::optional<RefundStatus>& before, const EventResult& result);
  void add(std::vector<Message> messages);
  void add(Anomaly anomaly);

  struct SourceFacts {
    SourcePolicy policy;
    bool livemode = true;
  };

  std::map<Key, Refund> refunds_;
  std::map<Key, Charge> charges_;
  std::map<Key, std::set<Key>> refunds_by_charge_;
  std::map<std::string, SourceFacts> sources_;
  std::set<Key> changed_refunds_;
  std::set<Key> changed_charges_;
  std::set<Key> touched_refunds_;
  std::set<Key> touched_charges_;
  std::set<OrderKey> touched_orders_;
  std::set<Key> refunds_without_order_;  // at some time before the last apply
  std::set<Key> refunds_with_order_;
  std::vector<AuditDraft> audit_;
  std::vector<Message> messages_;
  std::vector<Anomaly> anomalies_;
  std::set<std::tuple<std::string, AnomalyKind, std::string>> seen_anomalies_;
  std::size_t event_count_ = 0;
};

}  // namespace domain
