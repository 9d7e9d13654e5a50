// One connection, from its first byte to its last: requests one after the other, in order.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <functional>
#include <memory>
#include <vector>

#include "domain/time.hpp"
#include "http/client_socket.hpp"
#include "http/connections.hpp"
#include "http/log_budget.hpp"
#include "http/request_id.hpp"
#include "http/route.hpp"
#include "http/webhook.hpp"
#include "providers/source.hpp"
#include "runtime/config.hpp"

namespace http {

/// What all sessions of one listener share.
struct Site {
  const runtime::ListenerConfig& limits;
  /// Whose webhooks are served here, never null. A reload puts others in their place; who works
  /// with one keeps them.
  std::shared_ptr<const std::vector<providers::Source>> sources;
  Reception reception;
  /// Of all listeners.
  RequestIds& request_ids;
  LogBudget& log_budget;
  const std::function<domain::Time()>& now;
  /// The answer to a probe.
  std::function<Answer(Probe)> answer_probe;
  /// Clients come here, maybe through a balancer: trusted_proxies and client_address of the limits
  /// count, and the operator's pages are not shown.
  bool is_public = true;
  /// From then on every answer is the last of its connection.
  bool stopping = false;
};

/// Serves the client until one of both leaves. The connection is counted in `connections` from now
/// on. `site` and `connections` must live until the session has ended or the loop runs no more.
void start_tls_session(ClientSocket client, boost::asio::ssl::context& tls, const Site& site,
                       Connections& connections);
void start_plain_session(ClientSocket client, const Site& site, Connections& connections);

}  // namespace http
