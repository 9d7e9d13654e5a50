#include "commands/outbox_setup.hpp"

#include <algorithm>
#include <stdexcept>

#include "outbox/http_sink.hpp"
#include "outbox/mail_message.hpp"
#include "outbox/smtp_sink.hpp"
#include "outbox/template_contract.hpp"
#include "providers/registry.hpp"
#include "runtime/wall_clock.hpp"

namespace commands {
namespace {

constexpr std::string_view k_off = "off";

// Where nothing signs what a provider sends, its API has the last word.
bool confirms_customer_messages(const runtime::SourceConfig& source) {
  const auto* const provider = providers::find(source.provider);
  const bool is_unsigned =
      provider != nullptr && provider->evidence == domain::Evidence::token_webhook;
  const auto suggested = is_unsigned ? runtime::Confirm::customer_messages : runtime::Confirm::off;
  return source.api.is_asked &&
         source.api.confirm.value_or(suggested) == runtime::Confirm::customer_messages;
}

// Beyond the longest send: writing down what became of it.
constexpr std::chrono::seconds k_lease_margin{30};

class OutboxReader {
 public:
  OutboxReader(const runtime::Config& config, const std::vector<providers::Source>& sources)
      : config_{config}, sources_{sources} {}

  OutboxResult read() {
    if (config_.sinks.empty()) {
      refuse_routes_without_sinks();
      return {std::nullopt, std::move(errors_)};
    }
    auto templates = outbox::TemplateSet::load(config_.outbox.templates_folder);
    read_sinks();
    read_routes();
    read_manner();
    if (auto* problems = std::get_if<outbox::TemplateProblems>(&templates)) {
      for (std::string& problem : *problems) {
        add_error("outbox.templates_folder", std::move(problem));
      }
    }
    if (!errors_.empty()) {
      return {std::nullopt, std::move(errors_)};
    }
    const runtime::OutboxConfig& limits = config_.outbox;
    outbox::DispatcherOptions options{
        .database_url = config_.database.url,
        .sinks = std::move(sinks_),
        .delivery = std::move(delivery_),
        .manner = std::move(manner_),
        .templates = std::get<outbox::TemplateSet>(std::move(templates)),
        .lease = lease_ + k_lease_margin,
        .pending_limits = {limits.pending_max_card, limits.pending_max, limits.action_required_max},
        .audit_file = audit_file_};
    return {std::move(options), {}};
  }

 private:
  void add_error(std::string key, std::string message) {
    errors_.push_back({std::move(key), std::move(message)});
  }

  void refuse_routes_without_sinks() {
    if (!config_.routes.empty()) {
      add_error("route[0].sink", "there is no [[sink]]");
    }
  }

  void read_sinks() {
    for (std::size_t index = 0; index < config_.sinks.size(); ++index) {
      const runtime::SinkConfig& sink = config_.sinks[index];
      const std::string key = "sink[" + std::to_string(index) + "]";
      if (sink.kind == runtime::SinkKind::json_lines) {
        read_audit_file(key, sink);
        continue;
      }
      lease_ = std::max(lease_, sink.timeout);
      outbox::SinkSpec spec;
      spec.name = sink.name;
      spec.concurrency = static_cast<int>(sink.concurrency);
      spec.rate_per_second = static_cast<double>(sink.rate_per_second);
      spec.make = [sink] { return make_sink(sink); };
      try {
        spec.make();
      } catch (const std::invalid_argument& problem) {
        add_error(key, problem.what());
      }
      if (sink.timeout >= config_.listener.stop_timeout) {
        add_error(key + ".timeout_seconds",
                  "must be below listener.stop_timeout_seconds, or a stop would cut a send");
      }
      sinks_.push_back(std::move(spec));
    }
  }

  static std::unique_ptr<outbox::Sink> make_sink(const runtime::SinkConfig& sink) {
    return sink.kind == runtime::SinkKind::smtp
               ? outbox::make_smtp_sink(smtp_options(sink), runtime::wall_clock_now)
               : outbox::make_http_sink(http_options(sink), runtime::wall_clock_now);
  }

  static outbox::SmtpOptions smtp_options(const runtime::SinkConfig& sink) {
    outbox::SmtpOptions options;
    options.url = sink.url;
    options.user = sink.user;
    options.password = sink.password;
    options.from_address = sink.from_address;
    options.from_name = sink.from_name;
    options.reply_to = sink.reply_to;
    options.message_id_domain = sink.from_address.substr(sink.from_address.find('@') + 1);
    options.ca_file = sink.ca_file.string();
    options.timeout = sink.timeout;
    options.tls = sink.tls_required ? outbox::SmtpTls::required : outbox::SmtpTls::none;
    return options;
  }

  static outbox::HttpOptions http_options(const runtime::SinkConfig& sink) {
    const auto preset = outbox::http_preset_of(sink.preset);
    if (!preset) {
      throw std::invalid_argument{"preset must be one of generic, zendesk, slack, pagerduty"};
    }
    outbox::HttpOptions options;
    options.url = sink.url;
    options.preset = *preset;
    options.signing_secret = sink.signing_secret;
    options.authorization = sink.authorization;
    options.routing_key = sink.routing_key;
    options.reference_pointer = sink.reference_pointer;
    options.ticket_url = sink.ticket_url;
    options.ca_file = sink.ca_file.string();
    options.timeout = sink.timeout;
    return options;
  }

  void read_audit_file(const std::string& key, const runtime::SinkConfig& sink) {
    if (!audit_file_.empty()) {
      add_error(key + ".kind", "one sink of kind json_lines is enough: it holds every audit entry");
    }
    audit_file_ = sink.file.string();
  }

  [[nodiscard]] const runtime::SinkConfig* find_sink(const std::string& name) const {
    const auto found = std::ranges::find(config_.sinks, name, &runtime::SinkConfig::name);
    return found == config_.sinks.end() ? nullptr : &*found;
  }

  void read_routes() {
    for (std::size_t index = 0; index < config_.routes.size(); ++index) {
      read_route("route[" + std::to_string(index) + "]", config_.routes[index]);
    }
    for (const auto audience :
         {domain::Audience::customer, domain::Audience::support, domain::Audience::finance}) {
      refuse_gap(audience);
    }
  }

  void read_route(const std::string& key, const runtime::RouteConfig& config) {
    outbox::Route route;
    route.audience = domain::parse_audience(config.audience);
    if (!config.audience.empty() && !route.audience) {
      add_error(key + ".audience", "must be one of customer, support, finance");
      return;  // else it would be one for every audience
    }
    route.template_name = config.template_name;
    route.source = config.source;
    if (!config.source.empty() &&
        std::ranges::find(config_.sources, config.source, &runtime::SourceConfig::name) ==
            config_.sources.end()) {
      add_error(key + ".source", "is not the name of a source");
    }
    route.sink = config.sink == k_off ? "" : config.sink;
    route.recipient = config.recipient;
    check_route_sink(key, config, route);
    delivery_.routes.push_back(std::move(route));
  }

  void check_route_sink(const std::string& key, const runtime::RouteConfig& config,
                        const outbox::Route& route) {
    if (!config.recipient.empty() && !outbox::is_mail_address(config.recipient)) {
      add_error(key + ".recipient", "must be a mail address");
    }
    if (route.sink.empty()) {
      return;
    }
    const runtime::SinkConfig* sink = find_sink(route.sink);
    if (sink == nullptr) {
      add_error(key + ".sink", "is not the name of a sink; \"off\" sends nothing");
    } else if (sink->kind == runtime::SinkKind::json_lines) {
      add_error(key + ".sink", "takes audit entries by itself and no messages");
    } else if (sink->kind == runtime::SinkKind::smtp && config.recipient.empty() &&
               route.audience != domain::Audience::customer) {
      add_error(key + ".recipient", "is required: whom mail to " +
                                        (config.audience.empty() ? "everybody" : config.audience) +
                                        " goes to");
    }
  }

  // Every message must have somewhere to go, or be switched off by name.
  void refuse_gap(domain::Audience audience) {
    const auto is_for_all = [audience](const outbox::Route& route) {
      return (!route.audience || route.audience == audience) && route.source.empty() &&
             (route.template_name.empty() || route.template_name == "*");
    };
    if (std::ranges::none_of(delivery_.routes, is_for_all)) {
      add_error("route", "there is no [[route]] for every message to audience \"" +
                             std::string{to_string(audience)} +
                             "\": add one, with sink = \"off\" if " + "nothing is to be sent");
    }
  }

  void read_manner() {
    const runtime::OutboxConfig& outbox = config_.outbox;
    if (outbox.shop_name.empty()) {
      add_error("outbox.shop_name", "is required: customers read it");
    }
    delivery_.attempts_max = static_cast<int>(outbox.attempts_max);
    manner_.shop_name = outbox.shop_name;
    manner_.estimated_days_min = static_cast<int>(outbox.estimated_days_min);
    manner_.estimated_days_max = static_cast<int>(outbox.estimated_days_max);
    manner_.staff_language = language_of("outbox.staff_language", outbox.staff_language);
    for (std::size_t index = 0; index < config_.sources.size(); ++index) {
      read_source("source[" + std::to_string(index) + "]", config_.sources[index]);
    }
  }

  void read_source(const std::string& key, const runtime::SourceConfig& source) {
    outbox::SourceManner manner;
    manner.language = language_of(key + ".language_default", source.language_default);
    const auto known = std::ranges::find(sources_, source.name, &providers::Source::name);
    if (known != sources_.end() && known->provider != nullptr) {
      manner.limits = known->provider->limits;
    }
    manner_.sources[source.name] = manner;
    const std::string test_recipient = source.test_recipient.value_or("");
    if (!test_recipient.empty() && !outbox::is_mail_address(test_recipient)) {
      add_error(key + ".test_recipient", "must be a mail address");
    }
    delivery_.sources[source.name] = {test_recipient, source.api.is_asked,
                                      confirms_customer_messages(source)};
  }

  outbox::Language language_of(const std::string& key, const std::string& word) {
    const auto language = outbox::parse_language(word);
    if (!language) {
      add_error(key, "must be one of en, ja, th");
    }
    return language.value_or(outbox::Language::en);
  }

  const runtime::Config& config_;
  const std::vector<providers::Source>& sources_;
  std::vector<runtime::ConfigError> errors_;
  std::vector<outbox::SinkSpec> sinks_;
  outbox::Delivery delivery_;
  outbox::Manner manner_;
  std::chrono::seconds lease_{0};
  std::string audit_file_;
};

}  // namespace

OutboxResult make_outbox(const runtime::Config& config,
                         const std::vector<providers::Source>& sources) {
  return OutboxReader{config, sources}.read();
}

}  // namespace commands
