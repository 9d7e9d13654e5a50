// Rows as PostgreSQL gives them, read into domain values. A row that our own constraints forbid is
// a Failure{rejected} that names its column.
#pragma once

#include <optional>
#include <pqxx/pqxx>
#include <string>

#include "domain/charge.hpp"
#include "domain/event.hpp"
#include "domain/refund.hpp"

namespace store {

/// Columns by name: those of the table that the domain knows, and report_keys.
domain::Refund read_refund(const pqxx::row& row);
domain::Charge read_charge(const pqxx::row& row);

std::optional<std::string> read_text(const pqxx::field& field);
/// "" for NULL.
std::string read_text_or_empty(const pqxx::field& field);
std::optional<domain::Time> read_time(const pqxx::field& field);
domain::Sha256 read_sha256(const pqxx::field& field);
std::optional<domain::Money> read_money(const pqxx::field& amount, const pqxx::field& currency);

[[noreturn]] void throw_unreadable(const char* column);

template <typename T>
T require(const std::optional<T>& value, const char* column) {
  if (!value) {
    throw_unreadable(column);
  }
  return *value;
}

}  // namespace store
