#include "store/connection.hpp"

#include <libpq-fe.h>
#include <sys/socket.h>
#include <unistd.h>

#include <map>
#include <pqxx/pqxx>

#include "store/failure.hpp"

namespace store {
namespace {

struct FreeOptions {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};

std::map<std::string, std::string> parse_url(const std::string& url) {
  char* problem = nullptr;
  const std::unique_ptr<PQconninfoOption, FreeOptions> options{
      PQconninfoParse(url.c_str(), &problem)};
  if (!options) {
    const std::string text = problem == nullptr ? "out of memory" : problem;
    PQfreemem(problem);
    throw Failure{FailureKind::unavailable, "database.url: " + text, /*connection_lost=*/true};
  }
  std::map<std::string, std::string> settings;
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val != nullptr) {
      settings.emplace(option->keyword, option->val);
    }
  }
  return settings;
}

// libpq's defaults hang for minutes when packets vanish without an answer.
void add_network_limits(std::map<std::string, std::string>& settings) {
  settings.emplace("connect_timeout", "3");
  settings.emplace("tcp_user_timeout", "5000");
  settings.emplace("keepalives_idle", "10");
  settings.emplace("keepalives_interval", "3");
  settings.emplace("keepalives_count", "3");
  settings.emplace("client_encoding", "UTF8");
}

std::string setting(std::string_view name, std::string_view value) {
  return "-c " + std::string{name} + "=" + std::string{value} + " ";
}

// A plan made while a table was empty reads it from end to end, and would still do so when it holds
// millions of rows: 48 ms for a batch of 32 after half a minute, where a look-up takes 1.
std::string planning_options() {
  std::string text = setting("plan_cache_mode", "force_generic_plan") + setting("jit", "off");
  for (const char* method : {"seqscan", "hashjoin", "mergejoin", "bitmapscan", "material"}) {
    text += setting("enable_" + std::string{method}, "off");
  }
  return text;
}

std::string session_options(const ConnectionOptions& options) {
  return setting("search_path", "refundd") + setting("TimeZone", "UTC") +
         setting("DateStyle", "ISO") + setting("bytea_output", "hex") +
         (options.plans_by_key ? planning_options() : "") +
         setting("default_transaction_isolation", "read\\ committed") +
         setting("statement_timeout", std::to_string(options.statement_timeout.count())) +
         setting("lock_timeout", std::to_string(options.lock_timeout.count())) +
         setting("idle_in_transaction_session_timeout", "10000");
}

std::string quoted(std::string_view value) {
  std::string text = "'";
  for (const char letter : value) {
    if (letter == '\'' || letter == '\\') {
      text += '\\';
    }
    text += letter;
  }
  return text + "'";
}

}  // namespace

Interrupter::Interrupter(int socket) : socket_{::dup(socket)} {}

Interrupter::~Interrupter() {
  if (socket_ >= 0) {
    ::close(socket_);
  }
}

void Interrupter::interrupt() const {
  ::shutdown(socket_, SHUT_RDWR);
}

std::string connection_string(const ConnectionOptions& options) {
  auto settings = parse_url(options.url);
  add_network_limits(settings);
  settings.emplace("application_name", options.application_name);
  std::string& server_options = settings["options"];
  server_options = session_options(options) + server_options;
  std::string text;
  for (const auto& [keyword, value] : settings) {
    text += keyword + "=" + quoted(value) + " ";
  }
  return text;
}

// libpqxx keeps libpq's handle to itself, and tells it to whom it asks for a connection.
class Connection::Session : public pqxx::connection_base {
 public:
  explicit Session(const std::string& settings) : connection_base{policy_}, policy_{settings} {
    init();
    // A session that came back by itself would have a socket that no Interrupter knows. libpqxx 6
    // calls this deprecated only because 7 never reconnects.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    inhibit_reactivation(true);
#pragma GCC diagnostic pop
  }

  ~Session() {
    close();
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  [[nodiscard]] pg_conn* handle() const {
    return policy_.current;
  }

 private:
  struct Policy : pqxx::connect_direct {
    using connect_direct::connect_direct;
    handle do_startconnect(handle from) override {
      return current = connect_direct::do_startconnect(from);
    }
    handle do_disconnect(handle from) noexcept override {
      return current = connect_direct::do_disconnect(from);
    }

    handle current = nullptr;
  };

  Policy policy_;
};

Connection::Connection(const ConnectionOptions& options) {
  try {
    session_ = std::make_unique<Session>(connection_string(options));
  } catch (const std::exception& error) {
    throw classify(error);
  }
  interrupter_ = std::make_shared<const Interrupter>(session_->sock());
}

Connection::~Connection() = default;
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;

pqxx::connection_base& Connection::session() {
  return *session_;
}

pg_conn* Connection::handle() const {
  return session_->handle();
}

// Sent to the server with its first use.
void Connection::prepare_first(const std::string& name, const std::string& sql) {
  session_->prepare(name, sql);
  prepared_.insert(name);
}

void Connection::prepare_now(const std::string& name, const std::string& sql) {
  if (prepared_now_.count(name) == 0) {
    prepare(name, [&] { return sql; });
    session_->prepare_now(name);
    prepared_now_.insert(name);
  }
}

}  // namespace store
