#include "http/webhook.hpp"

#include <algorithm>
#include <utility>

#include "http/event_log.hpp"
#include "http/grammar.hpp"
#include "providers/signature.hpp"

namespace http {
namespace {

std::string user_agent_of(const providers::Headers& headers) {
  std::string agent{headers.only("user-agent").value_or("").substr(0, k_user_agent_max)};
  std::replace_if(
      agent.begin(), agent.end(), [](char c) { return !is_printable(c); }, ' ');
  return agent;
}

store::Delivery deliver(const providers::Source& source, domain::Event event, Receipt receipt) {
  store::Delivery delivery;
  delivery.event = std::move(event);
  delivery.received_at = receipt.received_at;
  delivery.body_sha256 = providers::sha256(receipt.body);
  delivery.body = std::move(receipt.body);
  delivery.headers_json = providers::storable_headers_json(*source.provider, receipt.head.headers);
  delivery.remote_address = std::move(receipt.remote_address);
  delivery.request_id = std::move(receipt.request_id);
  delivery.user_agent = user_agent_of(receipt.head.headers);
  delivery.limits = source.provider->limits;
  delivery.has_test_recipient = source.has_test_recipient;
  return delivery;
}

}  // namespace

std::variant<store::Delivery, Answer> accept(const providers::Source& source, Receipt receipt) {
  auto accepted =
      providers::accept(source, receipt.head.headers, receipt.body, receipt.received_at);
  if (const auto* stranger = std::get_if<providers::Unauthenticated>(&accepted)) {
    return refuse(401, providers::to_string(stranger->trust));
  }
  if (const auto* other = std::get_if<providers::NotAnEvent>(&accepted)) {
    return refuse(400, other->reason);
  }
  return deliver(source, std::get<domain::Event>(std::move(accepted)), std::move(receipt));
}

Answer answer_outcome(const ingest::Outcome& outcome) {
  if (const auto* unavailable = std::get_if<ingest::Unavailable>(&outcome)) {
    return refuse_for_now(unavailable->reason);
  }
  return answer_verdict(std::get<domain::Verdict>(outcome));
}

boost::asio::awaitable<Answer> receive(const providers::Source& source, Receipt receipt,
                                       Reception reception) {
  const domain::Time received_at = receipt.received_at;
  auto accepted = accept(source, std::move(receipt));
  if (auto* refused = std::get_if<Answer>(&accepted)) {
    if (refused->status == 401) {
      reception.watch.note_rejected(source.name, refused->reason, received_at);
    }
    co_return std::move(*refused);
  }
  auto& delivery = std::get<store::Delivery>(accepted);
  const LoggedEvent event = logged(delivery.event);
  const std::string request_id = delivery.request_id;
  auto submitting = reception.ingest.submit(std::move(delivery));
  const ingest::Outcome outcome = co_await std::move(submitting);
  if (const auto* verdict = std::get_if<domain::Verdict>(&outcome)) {
    reception.watch.note_committed(source, event.type, *verdict, received_at);
    log_committed(event, *verdict, request_id);
  }
  co_return answer_outcome(outcome);
}

}  // namespace http
