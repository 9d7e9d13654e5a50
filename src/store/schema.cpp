#include "store/schema.hpp"

#include <openssl/sha.h>

#include <array>
#include <charconv>

#include "store/embedded_sql.hpp"
#include "store/transaction.hpp"

namespace store {
namespace {

// Any number that no other program of the same database uses: "refundd" in ASCII.
constexpr const char* k_lock_migrations = "SELECT pg_advisory_xact_lock(32199698054079588)";

constexpr const char* k_make_history = R"(
CREATE SCHEMA IF NOT EXISTS refundd;
CREATE TABLE IF NOT EXISTS refundd.schema_migrations (
    version     integer     NOT NULL,
    name        text        NOT NULL,
    checksum    bytea       NOT NULL,
    applied_at  timestamptz NOT NULL,
    CONSTRAINT schema_migrations_pkey PRIMARY KEY (version)
))";

constexpr const char* k_find_migration = R"(
SELECT name, encode(checksum, 'hex') FROM schema_migrations WHERE version = $1)";

constexpr const char* k_record_migration = R"(
INSERT INTO schema_migrations (version, name, checksum, applied_at)
VALUES ($1, $2, decode($3, 'hex'), clock_timestamp()))";

constexpr const char* k_newest_migration =
    "SELECT coalesce(max(version), 0) FROM schema_migrations";

constexpr const char* k_find_history =
    "SELECT to_regclass('refundd.schema_migrations') IS NOT NULL";

constexpr const char* k_find_role = "SELECT count(*) FROM pg_roles WHERE rolname = $1";

constexpr const char* k_find_durability = R"(
SELECT current_setting('fsync'), current_setting('full_page_writes'),
       current_setting('synchronous_commit'))";

// Without a password nobody can log in as them over the network; a member inherits their rights.
constexpr std::array<const char*, 3> k_roles{"refundd_app", "refundd_support", "refundd_finance"};

struct Migration {
  int version = 0;
  std::string name;
  std::string_view text;
  std::string checksum;  // SHA-256 in hex
};

Failure refusal(const std::string& sentence) {
  return {FailureKind::unavailable, sentence, /*connection_lost=*/false};
}

std::string sha256_hex(std::string_view text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> hash{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), hash.data());
  std::string hex;
  for (const unsigned char byte : hash) {
    constexpr std::string_view k_digits = "0123456789abcdef";
    hex += k_digits[byte >> 4U];
    hex += k_digits[byte & 15U];
  }
  return hex;
}

std::vector<Migration> migrations_of_this_build() {
  constexpr std::string_view k_folder = "migrations/";
  std::vector<Migration> migrations;
  for (const auto& [name, text] : embedded_sql()) {
    if (!name.starts_with(k_folder)) {
      continue;
    }
    Migration migration{0, std::string{name.substr(k_folder.size())}, text, sha256_hex(text)};
    std::from_chars(migration.name.data(), migration.name.data() + migration.name.size(),
                    migration.version);
    migrations.push_back(std::move(migration));
  }
  return migrations;
}

std::string_view text_of(std::string_view wanted) {
  for (const auto& [name, text] : embedded_sql()) {
    if (name == wanted) {
      return text;
    }
  }
  throw std::logic_error{"an SQL file is missing in this build"};
}

int newest_applied(Transaction& transaction) {
  return transaction.run(k_newest_migration)[0][0].as<int>();
}

void refuse_newer_schema(int applied, int known) {
  if (applied > known) {
    throw refusal("the database's schema is version " + std::to_string(applied) +
                  ", newer than this build's " + std::to_string(known) +
                  ": install the newer refundd");
  }
}

// True when it was applied now.
bool apply_migration(Connection& connection, const Migration& migration) {
  return in_transaction(connection, [&](Transaction& transaction) {
    transaction.run(k_lock_migrations);
    const auto known = transaction.run(k_find_migration, {std::to_string(migration.version)});
    if (!known.empty()) {
      if (known[0][1].as<std::string>() != migration.checksum) {
        throw refusal("migration " + migration.name +
                      " was applied with another text than this build holds");
      }
      return false;
    }
    transaction.run(std::string{migration.text});
    transaction.run(k_record_migration,
                    {std::to_string(migration.version), migration.name, migration.checksum});
    transaction.commit();
    return true;
  });
}

void make_history(Connection& connection, int known_version) {
  in_transaction(connection, [&](Transaction& transaction) {
    transaction.run(k_lock_migrations);
    transaction.run(k_make_history);
    refuse_newer_schema(newest_applied(transaction), known_version);
    transaction.commit();
  });
}

bool role_exists(Connection& connection, const char* role) {
  return in_transaction(connection, [&](Transaction& transaction) {
    return transaction.run(k_find_role, {role})[0][0].as<int>() > 0;
  });
}

// Roles belong to the whole cluster: another database's migration may make the same one right now.
void make_role(Connection& connection, const std::string& role) {
  if (role_exists(connection, role.c_str())) {
    return;
  }
  try {
    in_transaction(connection, [&](Transaction& transaction) {
      transaction.run("CREATE ROLE " + role + " LOGIN");
      transaction.commit();
    });
  } catch (const Failure& failure) {
    if (!role_exists(connection, role.c_str())) {
      throw refusal("the role " + role + " is missing and could not be made (" + failure.what() +
                    "); let a superuser run: CREATE ROLE " + role + " LOGIN");
    }
  }
}

// Handing tables over to a role asks for membership in it.
void join_app_role(Transaction& transaction) {
  const bool is_member =
      transaction.run("SELECT pg_has_role(current_user, 'refundd_app', 'MEMBER')")[0][0].as<bool>();
  if (!is_member) {
    transaction.run("GRANT refundd_app TO CURRENT_USER");
  }
}

void make_views_and_grants(Connection& connection) {
  in_transaction(connection, [&](Transaction& transaction) {
    transaction.run(k_lock_migrations);
    transaction.run(std::string{text_of("sql/views.sql")});
    join_app_role(transaction);
    transaction.run(std::string{text_of("sql/roles.sql")});
    transaction.commit();
  });
}

std::string what_is_not_durable(Transaction& transaction) {
  constexpr std::array<const char*, 3> k_settings{"fsync", "full_page_writes",
                                                  "synchronous_commit"};
  const auto row = transaction.run(k_find_durability)[0];
  std::string off;
  for (int at = 0; at < static_cast<int>(k_settings.size()); ++at) {
    if (row[at].as<std::string>() == "off") {
      off += (off.empty() ? "" : ", ") + std::string{k_settings[static_cast<std::size_t>(at)]};
    }
  }
  return off;
}

}  // namespace

MigrationReport migrate(Connection& connection) {
  const auto migrations = migrations_of_this_build();
  MigrationReport report;
  report.version = migrations.back().version;
  make_history(connection, report.version);
  for (const Migration& migration : migrations) {
    if (apply_migration(connection, migration)) {
      report.applied.push_back(migration.name);
    }
  }
  for (const char* role : k_roles) {
    make_role(connection, role);
  }
  make_views_and_grants(connection);
  return report;
}

SchemaState check_schema(Connection& connection) {
  return in_transaction(connection, [](Transaction& transaction) {
    SchemaState state;
    if (!transaction.run(k_find_history)[0][0].as<bool>()) {
      state.reason = "the schema is missing: run refundctl migrate";
      return state;
    }
    const int applied = newest_applied(transaction);
    const int known = migrations_of_this_build().back().version;
    if (applied != known) {
      state.reason = "the schema is version " + std::to_string(applied) + ", this build needs " +
                     std::to_string(known) + (applied < known ? ": run refundctl migrate" : "");
      return state;
    }
    state.usable = true;
    const std::string off = what_is_not_durable(transaction);
    state.durable = off.empty();
    state.reason = off.empty() ? "" : "PostgreSQL may lose commits: " + off + " is off";
    return state;
  });
}

}  // namespace store
