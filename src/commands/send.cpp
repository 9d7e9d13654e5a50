#include "commands/send.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <functional>
#include <nlohmann/json.hpp>
#include <ostream>
#include <stdexcept>

#include "commands/certificate.hpp"
#include "outbox/http_sink.hpp"
#include "runtime/config_files.hpp"
#include "runtime/endpoint.hpp"
#include "runtime/wall_clock.hpp"

namespace commands {
namespace {

// More than any body_max_bytes, so that a refusal can be seen.
constexpr std::size_t k_body_file_max_bytes = 32 << 20;

template <typename Range, typename Projection>
std::string listed(const Range& range, Projection name_of) {
  std::string names;
  for (const auto& element : range) {
    names += (names.empty() ? "" : ", ") + std::string{std::invoke(name_of, element)};
  }
  return names;
}

const providers::Source& source_of(const SendOptions& options, const Setup& setup) {
  const auto found = std::ranges::find(setup.sources, options.source, &providers::Source::name);
  if (found == setup.sources.end()) {
    throw UsageError{"No source is called \"" + options.source +
                     "\"; there are: " + listed(setup.sources, &providers::Source::name)};
  }
  return *found;
}

void check_event_type(const SendOptions& options, const providers::Provider& provider) {
  const auto& types = provider.event_types;
  const auto& type = options.sample.event_type;
  if (!options.body_file && std::ranges::find(types, type) == types.end()) {
    throw UsageError{
        (type.empty() ? "--event is required" : "No event is called \"" + type + "\"") +
        std::string{"; "} + std::string{provider.name} + " has: " + listed(types, std::identity{})};
  }
}

/// From loopback, or from the very address that is listened on, as the kernel chooses.
bool is_this_machine_trusted(const runtime::ListenerConfig& listener,
                             const runtime::Endpoint& endpoint) {
  return runtime::is_in(boost::asio::ip::make_address(endpoint.address), listener.trusted_proxies);
}

/// The way to the daemon of this configuration from its own machine.
HttpRequest request_to_listener(const runtime::ListenerConfig& listener, const std::string& path) {
  auto endpoint = listener.listen;
  const bool wants_proxy_header = listener.client_address == runtime::ClientAddress::proxy_protocol;
  if (!endpoint.path.empty()) {
    return {.url = "http://localhost" + path,
            .proxy_header = wants_proxy_header,
            .unix_socket = endpoint.path};
  }
  if (endpoint.port == 0) {
    throw UsageError{"listener.listen has port 0: say with --url which port it became"};
  }
  if (endpoint.address == "0.0.0.0") {
    endpoint.address = "127.0.0.1";
  } else if (endpoint.address == "::") {
    endpoint.address = "::1";
  }
  const std::string scheme = listener.tls ? "https://" : "http://";
  return {.url = scheme + runtime::format_endpoint(endpoint) + path,
          .proxy_header = wants_proxy_header && is_this_machine_trusted(listener, endpoint)};
}

HttpRequest request_to(const SendOptions& options, const runtime::ListenerConfig& listener) {
  if (!listener.client_ca_file.empty()) {
    throw UsageError{
        "listener.client_ca_file: only clients with a certificate are heard, and this has none"};
  }
  auto request = options.url ? HttpRequest{.url = *options.url}
                             : request_to_listener(listener, "/webhooks/" + options.source);
  if (listener.tls) {
    request.public_key_pin = read_certificate(listener.certificate_file).public_key_pin;
  } else if (!outbox::is_allowed_url(request.url)) {
    throw UsageError{
        "--url must be https://…, or http:// to this machine: the event holds a secret"};
  }
  return request;
}

std::string read_body(const std::filesystem::path& path) {
  auto content =
      runtime::read_file(path, {.size_max_bytes = k_body_file_max_bytes, .is_secret = false});
  if (const auto* problem = std::get_if<runtime::FileProblem>(&content)) {
    throw std::runtime_error{path.string() + ": " + problem->message};
  }
  return std::get<std::string>(std::move(content));
}

/// The id as the body has it: a charge event names no refund, a body from a file has its own ids.
std::string id_in(std::string_view body, const std::string& id) {
  return body.find('"' + id + '"') == std::string_view::npos ? std::string{} : id;
}

nlohmann::ordered_json answer_json(const HttpAnswer& answer) {
  auto json = nlohmann::ordered_json::parse(answer.body, nullptr, /*allow_exceptions=*/false);
  return json.is_discarded() ? nlohmann::ordered_json(answer.body) : json;
}

void print_json(const HttpAnswer& answer, const OutgoingEvent& event, std::ostream& out) {
  const auto or_null = [](const std::string& id) {
    return id.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(id);
  };
  const nlohmann::ordered_json json{{"status", answer.status},
                                    {"answer", answer_json(answer)},
                                    {"event_id", or_null(event.event_id)},
                                    {"refund_id", or_null(event.refund_id)}};
  using Handler = nlohmann::ordered_json::error_handler_t;
  out << json.dump(2, ' ', /*ensure_ascii=*/false, Handler::replace) << "\n";
}

void print_table(const HttpAnswer& answer, const OutgoingEvent& event, std::ostream& out) {
  out << answer.status << " " << answer.body << "\n";
  if (!event.event_id.empty()) {
    out << "event_id   " << event.event_id << "\n";
  }
  if (!event.refund_id.empty()) {
    out << "refund_id  " << event.refund_id << "\n";
  }
}

}  // namespace

OutgoingEvent prepare_event(const SendOptions& options, const Setup& setup, domain::Time now) {
  const auto& source = source_of(options, setup);
  const auto& provider = *source.provider;
  check_event_type(options, provider);
  const auto secrets = options.forge ? providers::Secrets{random_text()} : source.secrets;
  const auto sample = make_sample(options.sample, source, now, random_text);
  auto body = options.body_file ? read_body(*options.body_file) : provider.make_body(sample);
  auto event_id = id_in(body, sample.event_id);
  auto refund_id = id_in(body, sample.refund_id);
  auto request = request_to(options, setup.config.listener);
  request.headers = provider.sign(body, secrets, now);
  request.body = std::move(body);
  request.timeout = options.timeout;
  return {std::move(request), std::move(event_id), std::move(refund_id)};
}

int send(const SendOptions& options, const Setup& setup, std::ostream& out) {
  const auto event = prepare_event(options, setup, runtime::wall_clock_now());
  const auto answer = perform(event.request);
  if (options.json) {
    print_json(answer, event, out);
  } else {
    print_table(answer, event, out);
  }
  return answer.status >= 200 && answer.status <= 299 ? k_exit_done : k_exit_failed;
}

}  // namespace commands
