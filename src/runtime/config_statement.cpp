#include "runtime/config_statement.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <span>

namespace runtime {
namespace {

constexpr std::array<std::string_view, 11> k_keys{
    "refund_id",   "charge_id", "currency",   "amount", "status",  "created_at",
    "amount_unit", "pending",   "successful", "failed", "canceled"};
constexpr std::array<std::string_view, 4> k_required{"refund_id", "amount", "status", "created_at"};
constexpr std::array<std::string_view, 4> k_lists{"pending", "successful", "failed", "canceled"};

bool has_any(const TableReader& table, std::span<const std::string_view> keys) {
  return std::ranges::any_of(keys, [&](std::string_view key) { return table.has(key); });
}

void read_columns(TableReader& table, StatementConfig& config) {
  table.read("refund_id", config.refund_id);
  table.read("charge_id", config.charge_id);
  table.read("currency", config.currency);
  table.read("amount", config.amount);
  table.read("status", config.status);
  table.read("created_at", config.created_at);
  table.read("amount_unit",
             {{"minor", StatementAmountUnit::minor}, {"major", StatementAmountUnit::major}},
             config.amount_unit);
}

/// Two facts in one column would be one of them read wrongly.
void refuse_shared_columns(TableReader& table, const StatementConfig& config) {
  const std::array<std::pair<std::string_view, const std::string*>, 6> columns{
      {{"refund_id", &config.refund_id},
       {"charge_id", &config.charge_id},
       {"currency", &config.currency},
       {"amount", &config.amount},
       {"status", &config.status},
       {"created_at", &config.created_at}}};
  std::map<std::string_view, std::string_view> keys;  // by column
  for (const auto& [key, column] : columns) {
    const auto [other, is_new] = keys.try_emplace(*column, key);
    if (!column->empty() && !is_new) {
      table.add_error(key, "names the same column as " + std::string{other->second});
    }
  }
}

void read_words(TableReader& table, StatementConfig& config) {
  if (!has_any(table, k_lists)) {
    config.pending = {"pending", "requires_action"};
    config.successful = {"successful", "succeeded", "closed"};
    config.failed = {"failed"};
    config.canceled = {"canceled"};
  }
  const std::array<std::vector<std::string>*, k_lists.size()> lists{
      &config.pending, &config.successful, &config.failed, &config.canceled};
  std::map<std::string, std::string_view> keys;  // by word
  for (std::size_t index = 0; index < k_lists.size(); ++index) {
    if (table.has(k_lists[index])) {
      *lists[index] = table.texts(k_lists[index]);
    }
    for (const auto& word : *lists[index]) {
      const auto [other, is_new] = keys.try_emplace(word, k_lists[index]);
      if (!is_new && other->second != k_lists[index]) {
        table.add_error(k_lists[index],
                        "\"" + word + "\" also stands in " + std::string{other->second});
      }
    }
  }
}

}  // namespace

StatementConfig read_statement(TableReader table) {
  StatementConfig config;
  if (has_any(table, k_keys)) {
    for (const auto key : k_required) {
      table.require(key);
    }
    read_columns(table, config);
    refuse_shared_columns(table, config);
    read_words(table, config);
  }
  table.refuse_other_keys();
  return config;
}

}  // namespace runtime
