// The differences that reconciliation found, in the hands of a person.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "domain/money.hpp"
#include "domain/time.hpp"
#include "store/anomalies.hpp"
#include "store/connection.hpp"

namespace store {

struct ReconciliationItem {
  std::int64_t item_id = 0;
  std::string source;
  std::string basis;  // "api", "statement": which list found it
  std::string refund_id;
  std::string kind;
  std::string expected;  // what the provider says; empty: nothing
  std::string found;     // what stands here; empty: nothing
  std::optional<domain::Money> amount;
  domain::Time refund_at{};
  std::string state;
  std::int64_t first_run_id = 0;
  std::int64_t last_run_id = 0;
  domain::Time detected_at{};
  std::optional<domain::Time> resolved_at;
  std::string resolved_by;
  std::string resolution;
};

struct ItemFilter {
  std::string source;       // empty: any
  std::int64_t run_id = 0;  // the last that dealt with it; 0: any
  bool only_open = false;
  int limit = 200;
};

inline constexpr int k_item_list_max = 1'000'000;

/// In the order of their ids. Throws Failure.
std::vector<ReconciliationItem> list_items(Connection& connection, const ItemFilter& filter);

/// Accepts one that is open. The item as it is now, whoever closed it; nullopt: there is none.
/// Throws Failure.
std::optional<ReconciliationItem> accept_item(Connection& connection, std::int64_t item_id,
                                              const Resolution& resolution);

}  // namespace store
