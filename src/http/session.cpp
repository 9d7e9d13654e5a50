#include "http/session.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "http/channel.hpp"
#include "http/forwarded.hpp"
#include "http/route.hpp"
#include "http/session_log.hpp"
#include "http/webhook.hpp"
#include "runtime/spawn.hpp"

namespace http {
namespace {

namespace asio = boost::asio;

constexpr std::string_view k_continue = "HTTP/1.1 100 Continue\r\n\r\n";

struct Peer {
  std::optional<asio::ip::address> address;  // nullopt: a Unix socket, or gone already
  bool is_unix = false;
};

Peer peer_of(const ClientSocket& client) {
  boost::system::error_code gone;
  const auto endpoint = client.remote_endpoint(gone);
  if (gone) {
    return {};
  }
  const auto tcp = tcp_endpoint_of(endpoint);
  return tcp ? Peer{runtime::without_mapping(tcp->address())} : Peer{std::nullopt, true};
}

// As PostgreSQL's inet takes it; empty where it is not known.
std::string text_of(const std::optional<asio::ip::address>& address) {
  return address ? address->to_string() : std::string{};
}

// What the peer is believed when it says who the client is; `connection`: nothing.
runtime::ClientAddress what_is_believed(const Site& site, const Peer& peer) {
  // Who may open a Unix socket was let in by its permissions.
  const bool is_trusted =
      peer.is_unix || (peer.address && runtime::is_in(*peer.address, site.limits.trusted_proxies));
  return site.is_public && is_trusted ? site.limits.client_address
                                      : runtime::ClientAddress::connection;
}

// The answer to send; none where nobody is left to read it.
using Reply = std::optional<Answer>;

template <typename Stream>
class Session {
 public:
  Session(Stream client, const Site& site, Connections& connections)
      : site_{site},
        channel_{std::move(client), connections, site.limits},
        peer_{peer_of(channel_.socket())},
        believed_{what_is_believed(site, peer_)},
        log_{text_of(peer_.address), site.log_budget} {}

  asio::awaitable<void> run();

 private:
  asio::awaitable<bool> identify();
  asio::awaitable<bool> exchange();
  asio::awaitable<Reply> answer_head();
  asio::awaitable<Reply> answer_request(RequestHead head, Parser& parser);
  asio::awaitable<Reply> answer_webhook(const providers::Source& source, RequestHead head,
                                        Parser& parser);
  asio::awaitable<Reply> answer_refused(Answer answer, const RequestHead& head, Parser& parser);
  asio::awaitable<bool> send(Answer answer);
  void identify_client(const RequestHead& head);
  Reply unfinished(Arrival arrival);

  const Site& site_;
  Channel<Stream> channel_;
  Peer peer_;
  // As long as the connection lasts, whatever a reload does.
  runtime::ClientAddress believed_;
  SessionLog log_;
};

template <typename Stream>
asio::awaitable<void> Session<Stream>::run() {
  bool goes_on = co_await identify();
  if (goes_on) {
    const auto failure = co_await channel_.handshake();
    goes_on = !failure;
    if (failure && !site_.stopping) {
      log_.lost("handshake", failure.message());
    }
  }
  while (goes_on) {
    goes_on = co_await exchange();
  }
  co_await channel_.close();
}

// A trusted proxy must say who the client is; what anybody else says is left to the handshake,
// which fails. False: the connection ends.
template <typename Stream>
asio::awaitable<bool> Session<Stream>::identify() {
  if (believed_ != runtime::ClientAddress::proxy_protocol) {
    co_return true;
  }
  const auto header = co_await channel_.read_proxy_header();
  if (!header) {
    log_.lost("proxy header", "missing, malformed or late");
    co_return false;
  }
  if (header->client) {
    log_.set_connection_address(text_of(runtime::without_mapping(*header->client)));
  }
  co_return true;
}

// One request and its answer. True: the connection goes on.
template <typename Stream>
asio::awaitable<bool> Session<Stream>::exchange() {
  const Arrival arrival = co_await channel_.read_head();
  // One connection of a balancer carries the requests of many.
  const bool is_shared = believed_ == runtime::ClientAddress::x_forwarded_for;
  log_.begin_request(site_.request_ids.next(), is_shared);
  Reply reply;
  if (arrival == Arrival::complete) {
    reply = co_await answer_head();
  } else {
    reply = unfinished(arrival);
  }
  if (!reply) {
    co_return false;
  }
  co_return co_await send(*std::move(reply));
}

template <typename Stream>
asio::awaitable<Reply> Session<Stream>::answer_head() {
  const Gate gate = check_head(channel_.head());
  if (const auto* refusal = std::get_if<Refusal>(&gate)) {
    co_return refuse_and_close(refusal->status, refusal->reason);
  }
  Parser parser;
  auto head = channel_.parse_head(parser, std::get<Framing>(gate));
  if (!head) {
    co_return refuse_and_close(400, "head read in two ways");
  }
  identify_client(*head);
  const bool asks_for_head = head->method == "HEAD";
  const bool closes = head->framing.close;
  auto answering = answer_request(*std::move(head), parser);
  Reply reply = co_await std::move(answering);
  if (reply) {
    reply->body_left_out = asks_for_head;
    reply->close = reply->close || closes;
  }
  co_return reply;
}

template <typename Stream>
asio::awaitable<Reply> Session<Stream>::answer_request(RequestHead head, Parser& parser) {
  const auto sources = site_.sources;  // until the answer, whatever a reload does meanwhile
  const Routes routes{*sources, site_.limits.body_max_bytes,
                      /*has_operator_pages=*/!site_.is_public};
  const Route route = find_route(head, routes);
  if (const auto* source = std::get_if<const providers::Source*>(&route)) {
    auto answering = answer_webhook(**source, std::move(head), parser);
    co_return co_await std::move(answering);
  }
  if (const auto* probe = std::get_if<Probe>(&route)) {
    co_return site_.answer_probe(*probe);
  }
  if (const auto* source = find_source(head, routes)) {
    log_.set_source(source->name);
  }
  Answer refused = std::get<Answer>(route);
  co_return co_await answer_refused(std::move(refused), head, parser);
}

template <typename Stream>
asio::awaitable<Reply> Session<Stream>::answer_webhook(const providers::Source& source,
                                                       RequestHead head, Parser& parser) {
  log_.set_source(source.name);
  if (head.framing.wants_continue && !parser.is_done() && !channel_.has_more()) {
    co_await channel_.write(k_continue);  // a failure shows again in the read
  }
  const Arrival arrival = co_await channel_.read_body(parser);
  if (arrival != Arrival::complete) {
    co_return unfinished(arrival);
  }
  channel_.suspend_deadline();
  const auto whole_at = SteadyClock::now();
  Receipt receipt{std::move(head), std::move(parser.get().body()), log_.remote_address(),
                  log_.request_id(), site_.now()};
  auto receiving = receive(source, std::move(receipt), site_.reception);
  Answer answer = co_await std::move(receiving);
  site_.reception.watch.note_time(SteadyClock::now() - whole_at);
  co_return answer;
}

// A small body is taken in, so that the connection can go on; for the others it ends here.
template <typename Stream>
asio::awaitable<Reply> Session<Stream>::answer_refused(Answer answer, const RequestHead& head,
                                                       Parser& parser) {
  const bool small = head.framing.content_length <= site_.limits.body_max_bytes;
  if (!small || head.framing.wants_continue || site_.stopping) {
    answer.close = true;
    co_return answer;
  }
  const Arrival arrival = co_await channel_.read_body(parser);
  if (arrival != Arrival::complete) {
    co_return unfinished(arrival);
  }
  co_return answer;
}

template <typename Stream>
asio::awaitable<bool> Session<Stream>::send(Answer answer) {
  answer.close = answer.close || site_.stopping;
  answer.request_id = log_.request_id();
  log_.answered(answer);
  if (site_.is_public && (log_.has_source() || !answer.reason.empty())) {
    site_.reception.watch.note_answer(log_.source(), answer.status);
  }
  const std::string wire = to_wire(answer);
  const bool written = co_await channel_.write(wire);
  if (!written) {
    log_.lost("answer", "not read by the client");
  }
  // Stopping since: a request that has begun to arrive is still answered, none is waited for.
  const bool ends = answer.close || (site_.stopping && !channel_.has_more());
  co_return written && !ends;
}

template <typename Stream>
void Session<Stream>::identify_client(const RequestHead& head) {
  if (believed_ == runtime::ClientAddress::x_forwarded_for) {
    if (const auto client = forwarded_client(head.headers, site_.limits.trusted_proxies)) {
      log_.set_remote_address(text_of(client));
    }
  }
}

template <typename Stream>
Reply Session<Stream>::unfinished(Arrival arrival) {
  if (arrival == Arrival::lost) {
    log_.lost("request", "client left");
  }
  return answer_unfinished(arrival);
}

template <typename Stream>
asio::awaitable<void> serve(std::unique_ptr<Session<Stream>> session) {
  co_await session->run();
}

template <typename Stream>
void start(Stream client, const Site& site, Connections& connections) {
  const auto loop = client.get_executor();
  auto work = serve(std::make_unique<Session<Stream>>(std::move(client), site, connections));
  runtime::spawn(loop, "session", std::move(work));
}

}  // namespace

void start_tls_session(ClientSocket client, asio::ssl::context& tls, const Site& site,
                       Connections& connections) {
  start(TlsStream{std::move(client), tls}, site, connections);
}

void start_plain_session(ClientSocket client, const Site& site, Connections& connections) {
  start(std::move(client), site, connections);
}

}  // namespace http
