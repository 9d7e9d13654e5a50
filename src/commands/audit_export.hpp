// refundctl audit export: writes the lines of the compliance file anew, from the database.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "commands/commands.hpp"
#include "domain/time.hpp"
#include "store/connection.hpp"

namespace commands {

/// Where an export begins: with this audit_id, or with the first one recorded at that time or
/// later. Everything behind it follows, whatever time it has: a part of the file as it was.
using AuditSince = std::variant<std::int64_t, domain::Time>;

/// "1200" is an audit_id; "2026-01-31" (midnight UTC) and RFC 3339 are times. nullopt: neither.
std::optional<AuditSince> parse_audit_since(std::string_view text);

/// Hands the lines on in chunks, complete up to the last one: what transactions were still writing
/// when it began is waited for. Returns how many. Throws store::Failure, std::runtime_error where
/// such a transaction stays open, and what `write` throws.
std::int64_t export_audit(store::Connection& connection, const AuditSince& since,
                          const std::function<void(std::string_view lines)>& write);

/// `audit` is the group of commands.
void add_audit_export(CLI::App& audit, Context& context);

}  // namespace commands
