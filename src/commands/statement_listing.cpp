#include <algorithm>

#include "commands/listing.hpp"
#include "commands/own_delivery.hpp"
#include "providers/own_report.hpp"
#include "providers/signature.hpp"

namespace commands {
namespace {

constexpr std::size_t k_page = 500;
constexpr std::size_t k_digest_digits = 32;
constexpr std::size_t k_file_digits = 16;

domain::ListedRefund listed(const StatementLine& line) {
  return {line.refund_id,
          line.status,
          line.status_word,
          line.amount,
          line.created_at,
          /*changed_at=*/std::nullopt,
          /*as_of=*/std::nullopt};
}

providers::OwnReport report_of(const StatementLine& line, const providers::Source& source,
                               const StatementOrigin& origin) {
  providers::OwnReport own;
  own.event_type = "statement.line";
  own.user_id = origin.user;
  own.note =
      "statement " + origin.sha256.substr(0, k_file_digits) + ", line " + std::to_string(line.line);
  own.report.source = source.name;
  own.report.refund_id = line.refund_id;
  own.report.livemode = source.livemode;
  own.report.status = line.status;
  own.report.provider_status = line.status_word;
  own.report.charge_id = line.charge_id;
  own.report.amount = line.amount;
  own.report.evidence = domain::Evidence::statement;
  own.report.occurred_at = line.created_at;
  // The same line of the same file is the same event.
  const std::string identity = origin.sha256 + "\n" + std::string{line.raw};
  own.report.event_id =
      "statement:" + providers::to_hex(providers::sha256(identity)).substr(0, k_digest_digits);
  return own;
}

}  // namespace

Listing statement_listing(const std::vector<StatementLine>& lines, const providers::Source& source,
                          StatementOrigin origin) {
  return [&lines, &source, origin = std::move(origin)](const PageSink& sink) {
    for (std::size_t first = 0; first < lines.size(); first += k_page) {
      ListedPage page;
      for (std::size_t at = first; at < std::min(first + k_page, lines.size()); ++at) {
        page.refunds.push_back(listed(lines[at]));
      }
      page.evidence = [&, first](std::size_t index, const store::PageRefund&) {
        return own_delivery(report_of(lines[first + index], source, origin), source, origin.now);
      };
      sink(page);
    }
  };
}

}  // namespace commands
