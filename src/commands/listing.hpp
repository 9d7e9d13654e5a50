// A provider's refunds, page by page, wherever they are listed: its API or a statement file.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "commands/statement_lines.hpp"
#include "domain/reconcile.hpp"
#include "providers/source.hpp"
#include "store/delivery.hpp"
#include "store/reconciliation.hpp"

namespace commands {

struct ListedPage {
  std::vector<domain::ListedRefund> refunds;
  /// What the list says of the refund at `index`, as an event for our books. `here`: what stands in
  /// them of it. Valid while the page is.
  std::function<store::Delivery(std::size_t index, const store::PageRefund& here)> evidence;
};

using PageSink = std::function<void(const ListedPage&)>;

/// A source's refunds in some order; some may come twice, and some of other days may be among them.
using Listing = std::function<void(const PageSink&)>;

struct StatementOrigin {
  std::string sha256;  // of the file, hexadecimal
  std::string user;    // who handed it in
  domain::Time now{};
};

/// The lines of a statement; `lines` and `source` outlive it.
Listing statement_listing(const std::vector<StatementLine>& lines, const providers::Source& source,
                          StatementOrigin origin);

/// Asks the API for refunds that were created in the span, and a little beside it. What the API
/// cannot answer is a std::runtime_error of the listing. Precondition: source.api. `source`
/// outlives it.
Listing api_listing(const providers::Source& source, const store::Span& span, domain::Time now);

}  // namespace commands
