#include "http/event_log.hpp"

#include "runtime/log.hpp"

namespace http {
namespace {

auto* log_for(domain::Verdict verdict) {
  switch (verdict) {
    case domain::Verdict::applied:
      return runtime::log_info;
    case domain::Verdict::quarantined:
    case domain::Verdict::late:
      return runtime::log_warn;
    case domain::Verdict::unchanged:
    case domain::Verdict::stale:
    case domain::Verdict::duplicate:
    case domain::Verdict::unsupported:
      return runtime::log_debug;
  }
  __builtin_unreachable();
}

}  // namespace

LoggedEvent logged(const domain::Event& event) {
  LoggedEvent logged{event.source,
                     event.event_id,
                     event.event_type,
                     event.refund_id,
                     event.charge_id,
                     std::nullopt,
                     ""};
  if (event.refund && event.refund->amount) {
    logged.amount_minor = event.refund->amount->amount_minor;
    logged.currency = event.refund->amount->currency.code();
  }
  return logged;
}

void log_committed(const LoggedEvent& event, domain::Verdict verdict,
                   const std::string& request_id) {
  auto* const log = log_for(verdict);
  const std::string amount = event.amount_minor ? std::to_string(*event.amount_minor) : "";
  log("event committed", {{"source", event.source},
                          {"event_id", event.event_id},
                          {"type", event.type},
                          {"verdict", domain::to_string(verdict)},
                          {"refund_id", event.refund_id},
                          {"charge_id", event.charge_id},
                          {"amount_minor", amount},
                          {"currency", event.currency},
                          {"request_id", request_id}});
}

}  // namespace http
