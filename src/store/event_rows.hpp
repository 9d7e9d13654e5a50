// The rows of webhook_events, for an operator's commands. For the store's own files.
#pragma once

#include <pqxx/pqxx>
#include <string>

#include "store/events.hpp"

namespace store {

/// Columns by name; the address as text.
StoredEvent read_event(const pqxx::row& row);

/// As the text of a parameter; "infinity" for the last time there is.
std::string text_of(domain::Time time);

}  // namespace store
