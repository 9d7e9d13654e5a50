// What the commands of the reconciliation print.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "store/ledger_days.hpp"
#include "store/reconciliation.hpp"
#include "store/reconciliation_items.hpp"

namespace commands {

enum class ReconcileOutput { table, json, csv };

using Items = std::vector<store::ReconciliationItem>;

/// One source's run, what it found or closed, and the days that were to be closed.
struct ReconcileResult {
  store::Run run;
  std::size_t outside_count = 0;  // lines of the statement that belong to other days
  Items items;
  std::vector<store::CloseResult> days;
};

void print_results(const std::vector<ReconcileResult>& results, ReconcileOutput output,
                   std::ostream& out);

void print_items(const Items& items, ReconcileOutput output, std::ostream& out);

/// As RFC 4180 wants it: in quotes where it must be.
std::string csv_field(std::string_view text);

}  // namespace commands
