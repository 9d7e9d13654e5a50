#include "store/database.hpp"

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <pqxx/pqxx>
#include <stdexcept>
#include <thread>

#include "store/schema.hpp"

// LeakSanitizer asks for this. libpqxx 6.4 forgets the result that says that a session is gone,
// about 2 KB for each lost connection.
extern "C" const char* __lsan_default_suppressions();
const char* __lsan_default_suppressions() {
  return "leak:libpqxx-6.4.so\n";
}

namespace store {
namespace {

std::string server_url() {
  const char* url = std::getenv("REFUNDD_TEST_DATABASE_URL");
  if (url == nullptr) {
    throw std::runtime_error{
        "REFUNDD_TEST_DATABASE_URL is not set: ./dev test starts a PostgreSQL and sets it"};
  }
  return url;
}

// The same server, another database: replaces the URL's path.
std::string url_of(const std::string& database) {
  const std::string server = server_url();
  const std::size_t path = server.find('/', server.find("//") + 2);
  const std::size_t query = server.find('?', path);
  return server.substr(0, path + 1) + database +
         (query == std::string::npos ? "" : server.substr(query));
}

void run_on_server(const std::string& sql) {
  pqxx::connection connection{server_url()};
  pqxx::nontransaction{connection}.exec(sql);
}

domain::Sha256 digest_of(const std::string& text) {
  domain::Sha256 digest{};
  const std::size_t hash = std::hash<std::string>{}(text);
  for (std::size_t at = 0; at < sizeof hash; ++at) {
    digest[at] = static_cast<std::byte>((hash >> (8 * at)) & 255U);
  }
  return digest;
}

}  // namespace

Database::Database(bool migrated) {
  static std::atomic<int> count{0};
  name_ = "t" + std::to_string(::getpid()) + "_" + std::to_string(++count);
  url_ = url_of(name_);
  run_on_server("CREATE DATABASE " + name_);
  if (migrated) {
    auto connection = connect();
    migrate(connection);
  }
}

Database::~Database() {
  run_on_server("DROP DATABASE " + name_ + " WITH (FORCE)");
}

Connection Database::connect() const {
  ConnectionOptions options;
  options.url = url_;
  options.statement_timeout = std::chrono::seconds{30};
  options.lock_timeout = std::chrono::seconds{30};
  options.plans_by_key = true;
  return Connection{options};
}

std::string Database::value(const std::string& sql) const {
  const auto all = rows(sql);
  return all.empty() ? "" : all.front();
}

std::vector<std::string> Database::rows(const std::string& sql) const {
  pqxx::connection connection{url_};
  pqxx::nontransaction work{connection};
  work.exec("SET search_path = refundd; SET TimeZone = 'UTC'");
  std::vector<std::string> texts;
  for (const auto& row : work.exec(sql)) {
    std::string text;
    for (const auto& field : row) {
      text += (text.empty() ? "" : "|") + std::string{field.is_null() ? "NULL" : field.c_str()};
    }
    texts.push_back(text);
  }
  return texts;
}

void Database::run(const std::string& sql) const {
  static_cast<void>(rows(sql));
}

void Database::wait_for_blocked_session() const {
  while (value("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
               "AND wait_event_type = 'Lock'") == "0") {
    std::this_thread::yield();
  }
}

Delivery delivery_of(domain::Event event) {
  Delivery delivery;
  delivery.received_at = samples::at(0);
  delivery.body = "{\"id\":\"" + event.event_id + "\"}\n";
  delivery.body_sha256 = digest_of(delivery.body);
  event.content_sha256 = digest_of(event.event_id);
  delivery.headers_json = R"({"content-type":"application/json"})";
  delivery.remote_address = "192.0.2.7";
  delivery.user_agent = "test-sender/1";
  delivery.event = std::move(event);
  return delivery;
}

Delivery delivery_of(domain::RefundReport report) {
  return delivery_of(samples::event_of(std::move(report)));
}

Delivery delivery_of(domain::ChargeReport report) {
  return delivery_of(samples::event_of(std::move(report)));
}

std::vector<domain::Verdict> apply(Connection& connection,
                                   const std::vector<Delivery>& deliveries) {
  return apply_batch(connection, deliveries, samples::at(0)).verdicts;
}

}  // namespace store
