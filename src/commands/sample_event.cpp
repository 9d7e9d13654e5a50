#include "commands/sample_event.hpp"

#include <random>
#include <string_view>

namespace commands {

std::string random_text() {
  constexpr std::string_view k_letters = "0123456789abcdefghijklmnopqrstuvwxyz";
  std::random_device device;
  std::uniform_int_distribution<std::size_t> letter{0, k_letters.size() - 1};
  std::string text(20, '\0');
  for (auto& c : text) {
    c = k_letters[letter(device)];
  }
  return text;
}

providers::SampleEvent make_sample(const SampleOptions& options, const providers::Source& source,
                                   domain::Time now, const UniqueText& unique_text) {
  const auto& prefixes = source.provider->id_prefixes;
  const std::string mode = source.livemode ? "" : "test_";
  const auto made_up = [&](std::string_view prefix) {
    return std::string{prefix} + mode + unique_text();
  };
  providers::SampleEvent event;
  event.event_type = options.event_type;
  event.event_id = options.event_id ? *options.event_id : made_up(prefixes.event);
  event.refund_id = options.refund_id ? *options.refund_id : made_up(prefixes.refund);
  const auto own_part = event.refund_id.substr(event.refund_id.rfind('_') + 1);
  event.charge_id = options.charge_id.value_or(std::string{prefixes.charge} + mode + own_part);
  event.order_id = options.order_id;
  event.amount_minor = options.amount_minor;
  event.currency = options.currency;
  if (!event.currency && source.currency_default) {
    event.currency = std::string{source.currency_default->code()};
  }
  event.status = options.status;
  event.reason = options.reason;
  event.failure_code = options.failure_code;
  event.failure_message = options.failure_message;
  event.payment_method = options.payment_method;
  event.voided = options.voided;
  event.livemode = source.livemode;
  event.occurred_at = options.occurred_at.value_or(now);
  return event;
}

}  // namespace commands
