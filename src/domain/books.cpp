#include "domain/books.hpp"

#include <tuple>

namespace domain {
namespace {

Verdict verdict_of(Disposition disposition) {
  switch (disposition) {
    case Disposition::apply:
      return Verdict::applied;
    case Disposition::unsupported:
      return Verdict::unsupported;
    case Disposition::quarantined:
      return Verdict::quarantined;
    case Disposition::late:
      return Verdict::late;
  }
  __builtin_unreachable();
}

Anomaly anomaly_about(const Event& event, AnomalyKind kind) {
  Anomaly anomaly;
  anomaly.kind = kind;
  anomaly.source = event.source;
  anomaly.refund_id = event.refund_id;
  anomaly.charge_id = event.charge_id;
  anomaly.event_id = event.event_id;
  anomaly.subject = event.event_id;
  anomaly.found = event.reason;
  return anomaly;
}

// What the decision says stands first: it is what is looked for and translated.
std::string notes_of(const Event& event, const EventResult& result) {
  if (event.note.empty()) {
    return result.reason;
  }
  return result.reason.empty() ? event.note : result.reason + "; " + event.note;
}

}  // namespace

void Books::put(Refund refund) {
  Key key{refund.source, refund.refund_id};
  const auto known = refunds_.find(key);
  if (known != refunds_.end() && known->second.charge_id.value) {
    refunds_by_charge_[{key.first, *known->second.charge_id.value}].erase(key);
  }
  if (refund.charge_id.value) {
    refunds_by_charge_[{key.first, *refund.charge_id.value}].insert(key);
  }
  refunds_.insert_or_assign(std::move(key), std::move(refund));
}

void Books::put(Charge charge) {
  Key key{charge.source, charge.charge_id};
  charges_.insert_or_assign(std::move(key), std::move(charge));
}

EventResult Books::apply(const Event& event, const SourcePolicy& policy) {
  sources_[event.source] = {policy, event.livemode};
  EventResult result;
  if (event.disposition != Disposition::apply) {
    result = set_aside(event);
  } else {
    if (event.anomaly) {
      add(anomaly_about(event, *event.anomaly));
    }
    // The charge first: an expanded charge names the order that its refund belongs to.
    if (event.charge) {
      result = apply_charge(event, *event.charge);
    }
    if (event.refund) {
      result = apply_refund(event, *event.refund);
    }
  }
  ++event_count_;
  return result;
}

EventResult Books::set_aside(const Event& event) {
  EventResult result{verdict_of(event.disposition), event.reason};
  if (event.anomaly) {
    add(anomaly_about(event, *event.anomaly));
  }
  const auto refund = refunds_.find({event.source, event.refund_id});
  if (refund != refunds_.end()) {
    add_audit(event, refund->second, refund->second.status, result);
  }
  return result;
}

EventResult Books::apply_charge(const Event& event, const ChargeReport& report) {
  const Key key{report.source, report.charge_id};
  const auto found = charges_.find(key);
  const auto current = found == charges_.end() ? std::nullopt : std::optional{found->second};
  ChargeDecision decision = learn(current, report);
  for (Anomaly& anomaly : decision.anomalies) {
    add(std::move(anomaly));
  }
  touched_charges_.insert(key);
  // Every order that a report names has its row: which ones there are must not depend on arrival.
  touch_order(report.order_id, report.livemode);
  if (!current || !(decision.next == *current)) {
    changed_charges_.insert(key);
    if (current) {
      touch_order(current->order_id.value, current->livemode);
    }
    touch_order(decision.next.order_id.value, decision.next.livemode);
    put(decision.next);
    attach_refunds_of(decision.next, event);
  }
  return {decision.verdict, ""};
}

EventResult Books::apply_refund(const Event& event, const RefundReport& report) {
  const Key key{report.source, report.refund_id};
  const auto found = refunds_.find(key);
  const auto current = found == refunds_.end() ? std::nullopt : std::optional{found->second};
  Decision decision = decide_with_charge(current, report);
  for (Anomaly& anomaly : decision.anomalies) {
    add(std::move(anomaly));
  }
  add(std::move(decision.messages));
  EventResult result{decision.verdict, std::move(decision.reason)};
  if (decision.next) {
    touch_order(report.order_id, report.livemode);
    record(current, *decision.next);
    add_audit(event, *decision.next, current ? std::optional{current->status} : std::nullopt,
              result);
    put(std::move(*decision.next));
  }
  return result;
}

// What is known of the charge decides the order that the refund counts for.
Decision Books::decide_with_charge(const std::optional<Refund>& current,
                                   const RefundReport& report) {
  if (!report.status) {
    return decide(current, report);
  }
  if (report.charge_id) {
    // Also where the refund belongs to another: which charges are known must not depend on arrival.
    charge_named(report, *report.charge_id);
  }
  const auto charge_id = charge_id_after(current, report);
  return charge_id ? decide(current, report, charge_named(report, *charge_id).order_id.value)
                   : decide(current, report);
}

// A charge of which only the id is known still gathers its refunds.
const Charge& Books::charge_named(const RefundReport& report, const std::string& charge_id) {
  const auto [charge, added] = charges_.try_emplace({report.source, charge_id});
  if (added) {
    charge->second.source = report.source;
    charge->second.charge_id = charge_id;
    charge->second.livemode = report.livemode;
    changed_charges_.insert(charge->first);
  }
  return charge->second;
}

void Books::record(const std::optional<Refund>& before, const Refund& after) {
  const Key key{after.source, after.refund_id};
  touched_refunds_.insert(key);
  if (before != after) {
    changed_refunds_.insert(key);
  }
  if (before && !before->order_id) {
    refunds_without_order_.insert(key);
  }
  for (const auto& version : {before, std::optional{after}}) {
    if (!version) {
      continue;
    }
    touch_order(version->order_id, version->livemode);
    if (version->charge_id.value) {
      touched_charges_.insert({version->source, *version->charge_id.value});
    }
  }
}

void Books::attach_refunds_of(const Charge& charge, const Event& event) {
  for (const Key& key : refunds_by_charge_[{charge.source, charge.charge_id}]) {
    Refund& refund = refunds_.at(key);
    // Also where the order stays: its total may have become known.
    touch_order(refund.order_id, refund.livemode);
    if (!refund.order_id) {
      refunds_without_order_.insert(key);
    }
    if (!attach_to_order(refund, charge.order_id.value)) {
      continue;
    }
    touch_order(refund.order_id, refund.livemode);
    changed_refunds_.insert(key);
    touched_refunds_.insert(key);
    add_audit(event, refund, refund.status,
              {Verdict::applied, "its charge names the order it belongs to"});
    audit_.back().amount = refund.amount.value;  // what the event says of it is not applied here
  }
}

void Books::touch_order(const std::optional<std::string>& order_id, bool livemode) {
  if (order_id) {
    touched_orders_.insert({*order_id, livemode});
  }
}

void Books::note_duplicate(const Event& event, const SourcePolicy& policy, bool conflicting) {
  sources_[event.source] = {policy, event.livemode};
  ++event_count_;
  if (!conflicting) {
    return;
  }
  Anomaly anomaly = anomaly_about(event, AnomalyKind::conflicting_duplicate);
  anomaly.found = "the event came again with the same id and another content";
  add(std::move(anomaly));
}

void Books::examine_touched() {
  for (const Key& key : touched_charges_) {
    const auto charge = charges_.find(key);
    if (charge == charges_.end()) {
      continue;
    }
    const RefundLimits limits = sources_[key.first].policy.limits;
    std::vector<Refund> refunds;
    for (const Key& refund_key : refunds_by_charge_[key]) {
      refunds.push_back(refunds_.at(refund_key));
    }
    for (Anomaly& anomaly : examine(charge->second, refunds, limits)) {
      add(std::move(anomaly));
    }
  }
  for (const Key& key : touched_refunds_) {
    if (auto anomaly = missing_order(refunds_.at(key))) {
      add(std::move(*anomaly));
    } else if (refunds_without_order_.count(key) > 0) {
      refunds_with_order_.insert(key);
    }
  }
}

void Books::add_audit(const Event& event, const Refund& refund,
                      const std::optional<RefundStatus>& before, const EventResult& result) {
  AuditDraft draft;
  draft.event_index = event_count_;
  draft.refund = {refund.source, refund.refund_id};
  draft.charge_id = refund.charge_id.value.value_or("");
  draft.order_id = refund.order_id.value_or("");
  draft.event_id = event.event_id;
  draft.user_id = event.user_id;
  draft.evidence = event.evidence;
  draft.occurred_at = event.occurred_at;
  draft.verdict = result.verdict;
  draft.status_before = before;
  draft.status_after = refund.status;
  const bool is_about_it = event.refund && event.refund->refund_id == refund.refund_id;
  draft.amount = is_about_it && event.refund->amount ? event.refund->amount : refund.amount.value;
  draft.reason = refund.reason.value.value_or("");
  draft.notes = notes_of(event, result);
  audit_.push_back(std::move(draft));
}

bool Books::is_suppressed(const std::string& source, bool livemode) const {
  const auto facts = sources_.find(source);
  return !livemode && !(facts != sources_.end() && facts->second.policy.has_test_recipient);
}

bool Books::livemode_of(const std::string& source) const {
  const auto facts = sources_.find(source);
  return facts == sources_.end() || facts->second.livemode;
}

void Books::add(std::vector<Message> messages) {
  for (Message& message : messages) {
    message.suppressed = is_suppressed(message.source, message.livemode);
    messages_.push_back(std::move(message));
  }
}

void Books::add(Anomaly anomaly) {
  if (seen_anomalies_.emplace(anomaly.source, anomaly.kind, anomaly.subject).second) {
    anomalies_.push_back(std::move(anomaly));
  }
}

}  // namespace domain
