#include <stdexcept>

#include "commands/listing.hpp"
#include "providers/api_client.hpp"
#include "providers/read_event.hpp"
#include "reads/read_context.hpp"

namespace commands {
namespace {

// Our own time of a refund may be a little off its creation at the provider: one that stands here
// on the first second of a day may be listed on the day before.
constexpr std::chrono::hours k_margin{1};

providers::ReadEvent read(const providers::Source& source, const providers::ApiItem& item,
                          const providers::ReadTime& time, domain::Time now) {
  auto read = providers::read_refund(source, item, time, now);
  if (!read || read->event.refund_id.empty()) {
    throw std::runtime_error{source.name + ": the provider lists a refund that cannot be read (" +
                             (item.id.empty() ? "it has no id" : item.id) + ")"};
  }
  return *std::move(read);
}

domain::ListedRefund listed(const providers::ApiItem& item, const domain::Event& event,
                            domain::Time now) {
  domain::ListedRefund listed;
  listed.refund_id = event.refund_id;
  listed.provider_status = event.refund ? event.refund->provider_status : event.reason;
  listed.created_at = item.created_at.value_or(event.occurred_at);
  listed.as_of = now;
  if (event.refund) {
    listed.status = event.refund->status;
    listed.amount = event.refund->amount;
  }
  if (event.occurred_at > listed.created_at) {
    listed.changed_at = event.occurred_at;
  }
  return listed;
}

/// Where the books say another outcome, the answer counts by the time at which it was asked for.
providers::ReadTime time_of(const store::PageRefund& here, domain::Time now) {
  if (here.booked && is_terminal(here.booked->status)) {
    return {now, here.last_event_id};
  }
  return {};
}

ListedPage page_of(const providers::Source& source, const std::vector<providers::ApiItem>& items,
                   domain::Time now) {
  ListedPage page;
  for (const providers::ApiItem& item : items) {
    page.refunds.push_back(listed(item, read(source, item, {}, now).event, now));
  }
  page.evidence = [&source, &items, now](std::size_t index, const store::PageRefund& here) {
    return reads::delivery_of(source, read(source, items[index], time_of(here, now), now), now);
  };
  return page;
}

}  // namespace

Listing api_listing(const providers::Source& source, const store::Span& span, domain::Time now) {
  return [&source, span, now](const PageSink& sink) {
    providers::ApiClient client{source};
    const auto error = client.list_refunds({span.from - k_margin, span.to + k_margin},
                                           [&](const std::vector<providers::ApiItem>& items) {
                                             sink(page_of(source, items, now));
                                             return true;
                                           });
    if (error) {
      throw std::runtime_error{source.name +
                               ": the provider's list cannot be read: " + error->text};
    }
  };
}

}  // namespace commands
