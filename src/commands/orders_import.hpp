// refundctl orders import: what the merchant's own books say about orders, their charges and whom
// to write to, taken from a CSV file in one transaction.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "commands/commands.hpp"
#include "commands/order_lines.hpp"
#include "store/apply.hpp"
#include "store/rebuild.hpp"

namespace commands {

struct OrdersImport {
  std::vector<store::Delivery> deliveries;  // one for each line with a charge
  std::map<domain::OrderKey, store::OrderImport> orders;
  std::size_t charge_count = 0;
};

/// `user_id` is who imports; `now` makes the event ids unique to this import. Precondition: the
/// lines agree with each other.
OrdersImport make_orders_import(std::span<const OrderFileLine> lines, const std::string& user_id,
                                domain::Time now);

/// In one transaction, tried again where another one was faster. Throws store::Failure.
void apply_orders_import(store::Connection& connection, const OrdersImport& import,
                         domain::Time now);

/// Whether an import stored it, so that its body is a line of an order file.
bool is_imported_line(const store::StoredEvidence& evidence);

/// The event that the import made of the line, made again. nullopt: it cannot be read any more.
std::optional<domain::Event> read_imported_line(const store::StoredEvidence& evidence,
                                                std::span<const providers::Source> sources);

/// The first k_order_errors_printed of them, each with file and line, and how many there are.
void print_order_errors(const std::filesystem::path& file, std::span<const OrderFileError> errors,
                        std::ostream& out);

inline constexpr std::size_t k_order_errors_printed = 50;

void add_orders_import(CLI::App& app, Context& context);

}  // namespace commands
