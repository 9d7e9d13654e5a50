#include "domain/message.hpp"

namespace domain {

std::string_view to_string(Audience audience) {
  switch (audience) {
    case Audience::customer:
      return "customer";
    case Audience::support:
      return "support";
    case Audience::finance:
      return "finance";
  }
  __builtin_unreachable();
}

std::string_view to_string(Priority priority) {
  switch (priority) {
    case Priority::normal:
      return "normal";
    case Priority::high:
      return "high";
  }
  __builtin_unreachable();
}

std::optional<Audience> parse_audience(std::string_view text) {
  for (const Audience audience : {Audience::customer, Audience::support, Audience::finance}) {
    if (to_string(audience) == text) {
      return audience;
    }
  }
  return std::nullopt;
}

std::optional<Priority> parse_priority(std::string_view text) {
  for (const Priority priority : {Priority::normal, Priority::high}) {
    if (to_string(priority) == text) {
      return priority;
    }
  }
  return std::nullopt;
}

std::vector<Message> escalate(const Anomaly& anomaly, bool livemode) {
  Message message;
  message.template_name = "anomaly_" + std::string{to_string(anomaly.kind)};
  message.source = anomaly.source;
  message.refund_id = anomaly.refund_id;
  message.charge_id = anomaly.charge_id;
  message.order_id = anomaly.order_id;
  message.event_id = anomaly.event_id;
  message.livemode = livemode;
  message.episode = anomaly.subject;
  message.expected = anomaly.expected;
  message.found = anomaly.found;

  std::vector<Message> messages;
  message.audience = Audience::support;
  messages.push_back(message);
  if (concerns_finance(anomaly.kind)) {
    message.audience = Audience::finance;
    messages.push_back(message);
  }
  return messages;
}

}  // namespace domain
