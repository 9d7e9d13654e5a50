// Which templates there are, and what each of them gets and must show: the agreement between
// wording.cpp, which makes the values, and the files of config/templates.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "domain/message.hpp"

namespace outbox {

struct TemplateContract {
  std::string_view name;  // of its files
  domain::Audience audience{};
  /// Names of values, with one space between them. Text and HTML must show these…
  std::string_view required;
  /// … and subject, text and HTML may show or ask for these as well.
  std::string_view optional;
  std::string_view optional_own;  // beside what templates like it have
};

std::span<const TemplateContract> template_contracts();

/// "order_id amount" → order_id, amount.
std::vector<std::string_view> split_names(std::string_view names);

/// nullptr: there is no such template.
const TemplateContract* find_contract(std::string_view template_name);

bool may_show(const TemplateContract& contract, std::string_view value_name);

/// The template that tells `audience` of a message in the outbox, whose own name may be wider
/// ("anomaly_over_refund") or shared by audiences ("refund_reversed"). nullptr: none does.
const TemplateContract* contract_for(domain::Audience audience, std::string_view message_template);

}  // namespace outbox
