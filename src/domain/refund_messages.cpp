#include "domain/refund_messages.hpp"

#include <array>
#include <utility>

namespace domain {
namespace {

Message message_about(const Refund& refund, Audience audience, std::string_view template_name) {
  Message message;
  message.audience = audience;
  message.template_name = template_name;
  message.source = refund.source;
  message.refund_id = refund.refund_id;
  message.charge_id = refund.charge_id.value.value_or("");
  message.order_id = refund.order_id.value_or("");
  message.event_id = refund.key.event_id;
  message.livemode = refund.livemode;
  message.episode = std::to_string(refund.episode);
  message.amount = refund.amount.value;
  return message;
}

Message with_failure(Message message, const Refund& refund) {
  message.failure_code = refund.failure_code.value_or("");
  message.failure_message = refund.failure_message.value_or("");
  message.next_step = next_step_after_failure(message.failure_code);
  return message;
}

void tell_of_failure(const Refund& refund, std::vector<Message>& messages) {
  if (is_insufficient_balance(refund.failure_code.value_or(""),
                              refund.failure_message.value_or(""))) {
    messages.push_back(
        with_failure(message_about(refund, Audience::finance, "insufficient_balance"), refund));
  }
}

void tell_of_reversal(const Refund& refund, std::vector<Message>& messages) {
  Message correction = message_about(refund, Audience::customer, "refund_correction");
  correction.only_after = "refund_complete";
  messages.push_back(std::move(correction));
  for (const Audience audience : {Audience::support, Audience::finance}) {
    Message reversal = with_failure(message_about(refund, audience, "refund_reversed"), refund);
    reversal.priority = Priority::high;
    messages.push_back(std::move(reversal));
  }
}

void tell_of_pending(const std::optional<Refund>& before, const Refund& refund,
                     std::vector<Message>& messages) {
  if (!before) {
    Message initiated = message_about(refund, Audience::customer, "refund_initiated");
    initiated.estimated_days = k_estimated_days;
    messages.push_back(std::move(initiated));
  }
  if (refund.action_required && !(before && before->action_required)) {
    messages.push_back(message_about(refund, Audience::support, "refund_requires_action"));
  }
}

}  // namespace

std::vector<Message> messages_of_transition(const std::optional<Refund>& before,
                                            const Refund& refund) {
  std::vector<Message> messages;
  if (refund.status == RefundStatus::pending) {
    tell_of_pending(before, refund, messages);
    return messages;
  }
  if (before && before->status == refund.status) {
    return messages;
  }
  if (before && before->status == RefundStatus::successful) {
    tell_of_reversal(refund, messages);
  } else if (refund.status == RefundStatus::successful) {
    messages.push_back(message_about(refund, Audience::customer, "refund_complete"));
    if (before && before->status == RefundStatus::failed) {
      messages.push_back(message_about(refund, Audience::support, "refund_recovered"));
    }
  } else if (refund.status == RefundStatus::failed) {
    messages.push_back(
        with_failure(message_about(refund, Audience::support, "refund_failed"), refund));
  } else {
    messages.push_back(message_about(refund, Audience::support, "refund_canceled"));
  }
  if (refund.status == RefundStatus::failed) {
    tell_of_failure(refund, messages);
  }
  return messages;
}

std::string_view next_step_after_failure(std::string_view failure_code) {
  struct Advice {
    std::string_view code;
    std::string_view next_step;
  };
  static constexpr std::array k_advice{
      Advice{"charge_already_refunded",
             "Nothing is left to refund on this charge: check its other refunds before answering."},
      Advice{"insufficient_fund",
             "Ask finance to top up the provider balance, then create the refund again."},
      Advice{"insufficient_balance",
             "Ask finance to top up the provider balance, then create the refund again."},
      Advice{"invalid_charge",
             "Look the charge up in the provider's dashboard: its id is not known."},
      Advice{"charge_not_paid", "The charge was never paid: there is nothing to give back."},
      Advice{"amount_exceeds_refundable",
             "Create the refund again with no more than the charge's remaining amount."},
  };
  for (const auto& advice : k_advice) {
    if (advice.code == failure_code) {
      return advice.next_step;
    }
  }
  return "Look at the refund in the provider's dashboard, then retry it or pay the customer back "
         "another way.";
}

bool is_insufficient_balance(std::string_view failure_code, std::string_view failure_message) {
  if (failure_code == "insufficient_balance" || failure_code == "insufficient_fund" ||
      failure_code == "insufficient_funds") {
    return true;
  }
  // The source documents give some failures a message only.
  return failure_code.empty() && failure_message.find("nsufficient") != std::string_view::npos;
}

}  // namespace domain
