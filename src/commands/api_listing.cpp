#include <stdexcept>

#include "commands/listing.hpp"
#include "providers/api_client.hpp"
#include "providers/read_event.hpp"
#include "providers/signature.hpp"
#include "reads/read_context.hpp"

namespace commands {
namespace {

// Our own time of a refund may be a little off its creation at the provider: one that stands here
// on the first second of a day may be listed on the day before.
constexpr std::chrono::hours k_margin{1};
constexpr std::size_t k_digest_digits = 32;

/// One that cannot be read is compared as if it had a state that we do not know: the difference
/// waits for a person, and is not in the way of the other refunds.
domain::ListedRefund unreadable(const providers::ApiItem& item, domain::Time day) {
  domain::ListedRefund listed;
  listed.refund_id = item.id;
  if (item.id.empty()) {
    // The same one has the same name in the next run.
    const auto digest = providers::to_hex(providers::sha256(item.json));
    listed.refund_id = "(no id) " + digest.substr(0, k_digest_digits);
  }
  listed.provider_status = "(unreadable)";
  listed.created_at = item.created_at.value_or(day);
  return listed;
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
                   domain::Time day, domain::Time now) {
  ListedPage page;
  for (const providers::ApiItem& item : items) {
    const auto read = providers::read_refund(source, item, {}, now);
    page.refunds.push_back(read && !read->event.refund_id.empty() ? listed(item, read->event, now)
                                                                  : unreadable(item, day));
  }
  page.evidence = [&source, &items, now](std::size_t index, const store::PageRefund& here) {
    const auto read = providers::read_refund(source, items[index], time_of(here, now), now);
    if (!read) {
      throw std::runtime_error{source.name + ": " + items[index].id + " cannot be read any more"};
    }
    return reads::delivery_of(source, *read, now);
  };
  return page;
}

}  // namespace

Listing api_listing(const providers::Source& source, const store::Span& span, domain::Time now) {
  return [&source, span, now](const PageSink& sink) {
    providers::ApiClient client{source};
    const auto error = client.list_refunds({span.from - k_margin, span.to + k_margin},
                                           [&](const std::vector<providers::ApiItem>& items) {
                                             sink(page_of(source, items, span.from, now));
                                             return true;
                                           });
    if (error) {
      throw std::runtime_error{source.name +
                               ": the provider's list cannot be read: " + error->text};
    }
  };
}

}  // namespace commands
