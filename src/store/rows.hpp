// Rows as PostgreSQL gives them, read into domain values. A row that our own constraints forbid is
// a Failure{rejected} that names its column.
#pragma once

#include <optional>
#include <string>

#include "domain/charge.hpp"
#include "domain/event.hpp"
#include "domain/refund.hpp"
#include "store/result_set.hpp"

namespace store {

/// Columns by name: those of the table that the domain knows, and report_keys.
template <typename Row>  // pqxx::row, ResultRow
domain::Refund read_refund(const Row& row);
template <typename Row>
domain::Charge read_charge(const Row& row);

std::optional<std::string> read_text(const ResultField& field);
/// "" for NULL.
std::string read_text_or_empty(const ResultField& field);
std::optional<domain::Time> read_time(const ResultField& field);
domain::Sha256 read_sha256(const ResultField& field);
std::optional<domain::Money> read_money(const ResultField& amount, const ResultField& currency);

template <typename T>
T require(const std::optional<T>& value, const char* column) {
  if (!value) {
    throw_unreadable(column);
  }
  return *value;
}

}  // namespace store
