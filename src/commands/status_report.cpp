#include "commands/status_report.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace commands {
namespace {

// As config/prometheus/alerts.yml has them.
constexpr std::chrono::days k_refund_pending_max{14};
constexpr std::chrono::minutes k_message_wait_max{15};
// With those that look like a forgery.
constexpr std::array<std::string_view, 7> k_money_anomalies{
    "over_refund",        "currency_mismatch",   "amount_changed", "contradicting_outcome",
    "provider_disagrees", "unknown_to_provider", "unconfirmed"};

std::string ago(domain::Time then, domain::Time now) {
  return duration_text(now - then) + " ago";
}

std::string counted(std::int64_t count, const std::string& one, const std::string& many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

class Writer {
 public:
  explicit Writer(const StatusFacts& facts) : facts_{facts} {}

  StatusReport write() {
    for (const DaemonStatus& daemon : facts_.daemons) {
      tell(daemon);
    }
    for (const SourceStatus& source : sources_of(facts_)) {
      tell(source);
    }
    if (facts_.database.problem.empty()) {
      tell_readings();
      tell_refunds();
      tell_messages();
      tell_anomalies();
    } else {
      say("database: " + facts_.database.problem);
      need("the database cannot be read: " + facts_.database.problem);
    }
    tell_certificate();
    return std::move(report_);
  }

 private:
  void say(std::string sentence) { report_.sentences.push_back(std::move(sentence)); }
  void need(std::string what) { report_.needs.push_back(std::move(what)); }

  void tell(const DaemonStatus& daemon) {
    const std::string name = "refundd at " + daemon.address;
    if (!daemon.problem.empty()) {
      say(name + ": no answer: " + daemon.problem);
      need(name + " does not answer: systemctl status refundd");
      return;
    }
    say(name + ": version " + daemon.version + ", up for " +
        duration_text(facts_.now - daemon.started_at) +
        (daemon.ready ? ", ready" : ", not ready: " + daemon.reason) +
        (daemon.queue_events == 0
             ? ""
             : "; " + counted(daemon.queue_events, "event waits", "events wait") +
                   " for the database"));
    if (!daemon.ready) {
      need(name + " is not ready: " + daemon.reason);
    }
  }

  void tell(const SourceStatus& source) {
    std::string sentence = source.name + ": ";
    sentence += source.last_good ? "last good event " + ago(*source.last_good, facts_.now)
                                 : "no good event in the last 30 days";
    if (source.rejected_in_hour > 0) {
      sentence +=
          "; " + counted(source.rejected_in_hour, "rejected request", "rejected requests") +
          " in the last hour" +
          (source.last_rejected ? ", the last one " + ago(*source.last_rejected, facts_.now) +
                                      " (" + source.last_rejection + ")"
                                : "");
    }
    say(sentence);
    const auto hour_ago = facts_.now - std::chrono::hours{1};
    if (source.rejected_in_hour > 0 && source.last_good.value_or(domain::Time{}) < hour_ago) {
      need(
          source.name +
          " had rejected requests in the last hour and not one good event: are its secrets right?");
    }
  }

  void tell_readings() {
    for (const store::SourceReading& reading : facts_.database.figures.readings) {
      const std::string name = "the API of " + reading.source;
      if (!reading.last_error_kind.empty()) {
        say(name + " cannot be read: " + reading.last_error);
        need(name + " cannot be read (" + reading.last_error_kind + "): " + reading.last_error);
      } else if (reading.known_until) {
        say(name + ": all is known until " + ago(*reading.known_until, facts_.now));
      }
      if (reading.catching_up_since) {
        say(reading.source + ": catching up since " + ago(*reading.catching_up_since, facts_.now));
      }
    }
    for (const store::DeliveryCount& count : facts_.database.figures.deliveries) {
      say(count.source + ", " + count.day + ": " + std::to_string(count.sent) + " sent, " +
          std::to_string(count.held) + " held, " + std::to_string(count.recovered) +
          " recovered by reading");
      if (count.held < count.sent) {
        need(std::to_string(count.sent - count.held) + " events that " + count.source +
             " sent on " + count.day + " are not here");
      }
    }
  }

  void tell_refunds() {
    const auto& pending = facts_.database.figures.pending_refunds;
    if (pending.empty()) {
      say("refunds: none is pending");
    }
    for (const store::PendingRefunds& source : pending) {
      say("refunds of " + source.source + ": " + std::to_string(source.count) +
          " pending, the oldest for " + duration_text(facts_.now - source.oldest));
      if (facts_.now - source.oldest > k_refund_pending_max) {
        need("a refund of " + source.source + " has been pending for " +
             duration_text(facts_.now - source.oldest) + ": compare with the provider");
      }
    }
  }

  void tell_messages() {
    std::int64_t pending = 0;
    for (const store::SinkFigures& sink : facts_.database.figures.sinks) {
      pending += sink.pending;
      const std::string name = sink.sink.empty() ? "messages without a sink" : "sink " + sink.sink;
      if (sink.pending > 0) {
        say(name + ": " + counted(sink.pending, "message waits", "messages wait") +
            (sink.oldest_pending
                 ? ", the oldest for " + duration_text(facts_.now - *sink.oldest_pending)
                 : ""));
      }
      if (sink.oldest_pending && facts_.now - *sink.oldest_pending > k_message_wait_max) {
        need(name + ": a message has waited for " +
             duration_text(facts_.now - *sink.oldest_pending) +
             ": refundctl outbox list --state pending --sort due");
      }
      if (sink.dead > 0) {
        const std::string dead = counted(sink.dead, "message is dead", "messages are dead");
        say(name + ": " + dead);
        need(name + ": " + dead + ", nobody was told: refundctl outbox list --state dead");
      }
    }
    if (pending == 0) {
      say("messages: none waits");
    }
  }

  void tell_anomalies() {
    const auto& open = facts_.database.figures.open_anomalies;
    if (open.empty()) {
      say("anomalies: none is open");
      return;
    }
    std::string kinds;
    for (const auto& [kind, count] : open) {
      if (std::ranges::find(k_money_anomalies, kind) != k_money_anomalies.end()) {
        need(std::to_string(count) + " " + kind + " about money: refundctl anomalies list --kind " +
             kind);
      }
      kinds += (kinds.empty() ? "" : ", ") + std::to_string(count) + " " + kind;
    }
    say("open anomalies: " + kinds);
  }

  void tell_certificate() {
    std::optional<domain::Time> end;
    for (const DaemonStatus& daemon : facts_.daemons) {
      if (daemon.certificate_ends_at) {
        end = std::min(end.value_or(*daemon.certificate_ends_at), *daemon.certificate_ends_at);
      }
    }
    if (!end) {
      return;
    }
    const std::string when = domain::format_rfc3339(*end);
    const auto left = *end - facts_.now;
    say(left.count() > 0 ? "certificate: ends in " + duration_text(left) + ", at " + when
                         : "certificate: ended at " + when);
    if (left < std::chrono::days{k_certificate_days_min}) {
      need("the certificate ends at " + when + ": put a new one in place and restart or reload");
    }
  }

  const StatusFacts& facts_;
  StatusReport report_;
};

void add_knowledge(SourceStatus& sum, const SourceStatus& part) {
  sum.last_good = std::max(sum.last_good, part.last_good);
  sum.rejected_in_hour += part.rejected_in_hour;
  if (part.last_rejected > sum.last_rejected) {
    sum.last_rejected = part.last_rejected;
    sum.last_rejection = part.last_rejection;
  }
}

}  // namespace

std::vector<SourceStatus> sources_of(const StatusFacts& facts) {
  std::vector<SourceStatus> sources;
  for (const std::string& name : facts.source_names) {
    SourceStatus sum;
    sum.name = name;
    if (const auto last = facts.database.last_events.find(name);
        last != facts.database.last_events.end()) {
      sum.last_good = last->second;
    }
    for (const DaemonStatus& daemon : facts.daemons) {
      for (const SourceStatus& part : daemon.sources) {
        if (part.name == name) {
          add_knowledge(sum, part);
        }
      }
    }
    sources.push_back(std::move(sum));
  }
  return sources;
}

StatusReport report_status(const StatusFacts& facts) {
  return Writer{facts}.write();
}

std::string duration_text(std::chrono::microseconds duration) {
  using namespace std::chrono;
  if (duration < minutes{1}) {
    return std::to_string(std::max<std::int64_t>(0, floor<seconds>(duration).count())) + " s";
  }
  if (duration < hours{1}) {
    return std::to_string(floor<minutes>(duration).count()) + " min";
  }
  if (duration < days{2}) {
    return std::to_string(floor<hours>(duration).count()) + " h";
  }
  return std::to_string(floor<days>(duration).count()) + " days";
}

}  // namespace commands
