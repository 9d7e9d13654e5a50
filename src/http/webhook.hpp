// From a whole webhook request to its answer.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <variant>

#include "http/answer.hpp"
#include "http/request.hpp"
#include "http/webhook_watch.hpp"
#include "ingest/ingest.hpp"
#include "providers/source.hpp"
#include "store/delivery.hpp"

namespace http {

inline constexpr std::size_t k_user_agent_max = 200;

/// A request with its body, as it was received.
struct Receipt {
  RequestHead head;
  std::string body;
  std::string remote_address;
  std::string request_id;
  domain::Time received_at{};
};

/// The delivery to commit, or the answer to somebody who is not the provider (401) or sent no event
/// (400). Pure.
std::variant<store::Delivery, Answer> accept(const providers::Source& source, Receipt receipt);

/// Pure.
Answer answer_outcome(const ingest::Outcome& outcome);

/// Who takes the events in, and who counts them.
struct Reception {
  ingest::Ingest& ingest;
  WebhookWatch& watch;
};

/// The whole way: answers 200 only after the commit. `source` and what `reception` refers to must
/// outlive it.
boost::asio::awaitable<Answer> receive(const providers::Source& source, Receipt receipt,
                                       Reception reception);

}  // namespace http
