#include <algorithm>
#include <stdexcept>

#include "commands/listing.hpp"
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

store::Delivery delivery_of(const StatementLine& line, const providers::Source& source,
                            const StatementOrigin& origin) {
  store::Delivery delivery;
  delivery.body = providers::make_own_body(report_of(line, source, origin));
  delivery.body_sha256 = providers::sha256(delivery.body);
  delivery.received_at = origin.now;
  delivery.headers_json = "{}";
  delivery.limits = source.provider->limits;
  delivery.has_test_recipient = source.has_test_recipient;

  // As it will be read from the store.
  providers::DecodeOptions options;
  options.source = source.name;
  options.livemode = source.livemode;
  options.evidence = domain::Evidence::statement;
  options.received_at = origin.now;
  auto decoded = providers::decode_own_report(delivery.body, options);
  auto* const event = std::get_if<domain::Event>(&decoded);
  if (event == nullptr) {
    throw std::runtime_error{"line " + std::to_string(line.line) + " makes no report: " +
                             std::get<providers::NotAnEvent>(decoded).reason};
  }
  delivery.event = std::move(*event);
  return delivery;
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
        return delivery_of(lines[first + index], source, origin);
      };
      sink(page);
    }
  };
}

}  // namespace commands
