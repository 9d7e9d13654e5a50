#include "outbox/template_contract.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace outbox {
namespace {

using domain::Audience;

constexpr std::string_view k_customer = "shop_name refund_id estimated_days";
constexpr std::string_view k_staff =
    "shop_name source refund_id order_id charge_id amount payment_method days_left failure_code "
    "failure_message failure_happened next_step";
constexpr std::string_view k_anomaly = "anomaly_kind anomaly_name expected found";

constexpr std::array k_contracts{
    TemplateContract{"refund_initiated", Audience::customer, "order_id amount", k_customer, ""},
    TemplateContract{"refund_complete", Audience::customer, "order_id amount", k_customer, ""},
    TemplateContract{"refund_correction", Audience::customer, "order_id amount", k_customer, ""},

    TemplateContract{"refund_failed", Audience::support, "refund_id next_step", k_staff, ""},
    TemplateContract{"refund_requires_action", Audience::support, "refund_id next_step", k_staff,
                     ""},
    TemplateContract{"refund_canceled", Audience::support, "refund_id next_step", k_staff, ""},
    TemplateContract{"refund_reversed", Audience::support, "refund_id next_step", k_staff, ""},
    TemplateContract{"refund_recovered", Audience::support, "refund_id next_step", k_staff, ""},
    TemplateContract{"stuck_pending", Audience::support, "refund_id next_step pending_for", k_staff,
                     ""},
    TemplateContract{"action_required_too_long", Audience::support,
                     "refund_id next_step pending_for", k_staff, ""},
    TemplateContract{"customer_unreachable", Audience::support, "untold_template next_step",
                     k_staff, ""},
    TemplateContract{"anomaly", Audience::support, "anomaly_sentence next_step", k_staff,
                     k_anomaly},

    TemplateContract{"insufficient_balance", Audience::finance, "refund_id amount next_step",
                     k_staff, ""},
    TemplateContract{"finance_refund_reversed", Audience::finance, "refund_id amount next_step",
                     k_staff, ""},
    TemplateContract{"finance_anomaly", Audience::finance, "anomaly_sentence next_step", k_staff,
                     k_anomaly},
};

bool lists(std::string_view names, std::string_view name) {
  const auto split = split_names(names);
  return std::ranges::find(split, name) != split.end();
}

}  // namespace

std::span<const TemplateContract> template_contracts() {
  return k_contracts;
}

const TemplateContract* find_contract(std::string_view template_name) {
  const auto* found = std::ranges::find(k_contracts, template_name, &TemplateContract::name);
  return found == k_contracts.end() ? nullptr : found;
}

std::vector<std::string_view> split_names(std::string_view names) {
  std::vector<std::string_view> split;
  while (!names.empty()) {
    const auto end = std::min(names.find(' '), names.size());
    split.push_back(names.substr(0, end));
    names.remove_prefix(std::min(end + 1, names.size()));
  }
  return split;
}

bool may_show(const TemplateContract& contract, std::string_view value_name) {
  return lists(contract.required, value_name) || lists(contract.optional, value_name) ||
         lists(contract.optional_own, value_name);
}

const TemplateContract* contract_for(Audience audience, std::string_view message_template) {
  const bool is_anomaly = message_template.starts_with("anomaly_");
  std::string name{is_anomaly ? "anomaly" : message_template};
  if (audience == Audience::finance && find_contract("finance_" + name) != nullptr) {
    name = "finance_" + name;
  }
  const auto* contract = find_contract(name);
  return contract != nullptr && contract->audience == audience ? contract : nullptr;
}

}  // namespace outbox
