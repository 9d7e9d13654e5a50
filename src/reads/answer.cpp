#include "reads/answer.hpp"

#include <utility>

namespace reads {
namespace {

using domain::RefundReport;
using store::HeldRefund;

bool says_the_state(const RefundReport& report, const HeldRefund& held) {
  return report.status == held.status && report.action_required == held.action_required &&
         report.voided == held.voided;
}

bool says_the_facts(const RefundReport& report, const HeldRefund& held) {
  return (!report.amount || report.amount == held.amount) &&
         (!report.charge_id || *report.charge_id == held.charge_id);
}

bool moves(const RefundReport& report, const HeldRefund& held) {
  return key_of(report) > held.key;
}

void dispute(domain::Event& event, const RefundReport& report, const HeldRefund& held) {
  event.anomaly = domain::AnomalyKind::provider_disagrees;
  event.reason = "the API says " + std::string{to_string(*report.status)} + ", here it is " +
                 std::string{to_string(held.status)} + " by " +
                 std::string{to_string(held.key.evidence)};
}

// By its own time the answer would not count: it is newer than what it contradicts all the same,
// because it was asked for afterwards.
std::optional<Answer> contradiction_of(const providers::Source& source,
                                       const providers::ApiItem& refund, const HeldRefund& held,
                                       domain::Time asked_at, domain::Time now) {
  auto read = read_refund(source, refund, {asked_at, held.key.event_id}, now);
  if (!read || !read->event.refund) {
    return std::nullopt;
  }
  const RefundReport report = *read->event.refund;
  if (moves(report, held)) {
    return Answer{Agreement::news, *std::move(read)};
  }
  dispute(read->event, report, held);
  return Answer{Agreement::disputed, *std::move(read)};
}

}  // namespace

std::optional<Answer> answer_of(const providers::Source& source, const providers::ApiItem& refund,
                                const std::optional<HeldRefund>& held, domain::Time asked_at,
                                domain::Time now) {
  auto read = read_refund(source, refund, {}, now);
  if (!read) {
    return std::nullopt;
  }
  const auto& report = read->event.refund;
  if (read->event.disposition != domain::Disposition::apply || !report || !report->status) {
    return Answer{Agreement::unclear, *std::move(read)};
  }
  if (held && says_the_state(*report, *held)) {
    const auto agreement = says_the_facts(*report, *held) ? Agreement::agrees : Agreement::news;
    return Answer{agreement, *std::move(read)};
  }
  if (!held || moves(*report, *held)) {
    return Answer{Agreement::news, *std::move(read)};
  }
  if (held->updated_at >= asked_at) {
    return Answer{Agreement::overtaken, *std::move(read)};
  }
  return contradiction_of(source, refund, *held, asked_at, now);
}

}  // namespace reads
