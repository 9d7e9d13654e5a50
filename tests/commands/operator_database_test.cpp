#include "commands/operator_database.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "commands/audit_verify.hpp"
#include "commands/migrate.hpp"
#include "runtime/config_folder.hpp"

namespace {

using namespace runtime_test;
using commands::load_setup_without_secrets;
using commands::Needs;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view k_database = "[database]\nurl = \"postgresql:///elsewhere\"\n";

class OperatorDatabaseTest : public testing::Test {
 protected:
  /// A configuration whose certificate and secrets are not there.
  std::optional<commands::Setup> load(std::string_view text, Needs needs) {
    return load_setup_without_secrets(folder.write("refundd.toml", text), needs, errors);
  }

  ConfigFolder folder;
  std::ostringstream errors;
};

TEST_F(OperatorDatabaseTest, NeedsNeitherSecretsNorCertificate) {
  const auto text =
      std::string{k_database} + std::string{k_good_listener} + std::string{k_good_source};
  for (const auto needs : {Needs::database, Needs::database_and_sources}) {
    const auto setup = load(text, needs);
    ASSERT_TRUE(setup) << errors.str();
    EXPECT_EQ(setup->config.database.url, "postgresql:///elsewhere");
    EXPECT_EQ(setup->sources.at(0).name, "omise-th");
    ASSERT_NE(setup->sources.at(0).provider, nullptr);
  }
  EXPECT_THAT(errors.str(), IsEmpty());
}

TEST_F(OperatorDatabaseTest, NeedsNothingButTheDatabaseItself) {
  EXPECT_TRUE(load(k_database, Needs::database));
  EXPECT_TRUE(load(std::string{k_database} + "[log]\nlevel = \"loud\"\n", Needs::database));
}

TEST_F(OperatorDatabaseTest, RefusesWhatWouldMeanAnotherDatabase) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"[database]\nurl = \"mysql://x\"\n", "database.url: "},
      {"[database]\nuri = \"postgresql:///x\"\n", "database.uri: unknown key"},
      {"[databse]\nurl = \"postgresql:///x\"\n", "databse: unknown key"},
      {"database = 1\n", "database: must be a table"},
      {"[database\n", "line 1"},
  };
  for (const auto& [text, error] : cases) {
    errors.str("");
    EXPECT_FALSE(load(text, Needs::database)) << text;
    EXPECT_THAT(errors.str(), HasSubstr(error));
  }
  errors.str("");
  EXPECT_FALSE(load_setup_without_secrets(folder.path("absent.toml"), Needs::database, errors));
  EXPECT_THAT(errors.str(), HasSubstr("cannot be opened"));
}

TEST_F(OperatorDatabaseTest, RefusesSourcesThatMayBeOtherThanMeant) {
  for (const auto* line : {"livemod = false\n", "livemode = 0\n", "name = \"A\"\n"}) {
    errors.str("");
    const auto text = std::string{line}.starts_with("name")
                          ? "[[source]]\nprovider = \"omise\"\n" + std::string{line}
                          : std::string{k_good_source} + line;
    EXPECT_FALSE(load(text, Needs::database_and_sources)) << line;
    EXPECT_THAT(errors.str(), HasSubstr("source[0]."));
  }
  EXPECT_FALSE(
      load("[[source]]\nname = \"a\"\nprovider = \"stripe\"\n", Needs::database_and_sources));
  EXPECT_FALSE(load(k_database, Needs::database_and_sources));
}

TEST(AuditReportTest, FailsWithEveryFault) {
  store::AuditReport report{.refund_count = 2, .entry_count = 5, .faults = {}};
  std::ostringstream out;
  EXPECT_EQ(commands::print_audit_report(report, /*json=*/false, out), 0);
  EXPECT_EQ(out.str(), "refunds checked  2\nentries checked  5\nfaults           0\n");
  report.faults.push_back({"omise-th", "rfnd_1", 3, "the entry was edited"});
  out.str("");
  EXPECT_EQ(commands::print_audit_report(report, /*json=*/false, out), 1);
  EXPECT_THAT(out.str(), HasSubstr("omise-th  rfnd_1  3      the entry was edited\n"));
  out.str("");
  EXPECT_EQ(commands::print_audit_report(report, /*json=*/true, out), 1);
  EXPECT_THAT(out.str(), HasSubstr("\"fault\": \"the entry was edited\""));
}

TEST(MigrateTest, SaysWhatWasDone) {
  std::ostringstream out;
  commands::print_migrate({{{"0001_initial.sql"}, 1}, {"webhook_payloads_2026_03"}},
                          /*json=*/false, out);
  EXPECT_EQ(out.str(),
            "applied         0001_initial.sql\n"
            "made            webhook_payloads_2026_03\n"
            "schema version  1\n");
  out.str("");
  commands::print_migrate({{{}, 1}, {}}, /*json=*/false, out);
  EXPECT_EQ(out.str(), "schema version  1, no migration was missing\n");
  out.str("");
  commands::print_migrate({{{}, 1}, {}}, /*json=*/true, out);
  EXPECT_THAT(out.str(), HasSubstr("\"version\": 1"));
}

}  // namespace
