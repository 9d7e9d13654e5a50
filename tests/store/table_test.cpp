#include "store/table.hpp"

#include <gtest/gtest.h>

#include "store/database.hpp"
#include "store/writes.hpp"

namespace store {
namespace {

constexpr Field k_fields[] = {
    {"kind", Type::text, Role::key},
    {"number", Type::bigint, Role::key},
    {"note", Type::text},
    {"address", Type::text, Role::value, "::inet"},
    {"made_by", Type::text, Role::initial},
    {"revision", Type::bigint},
    {"changed_at", Type::timestamptz, Role::now},
    {"began_at", Type::timestamptz, Role::began},
};

constexpr Table k_things{"things", "th", k_fields, "t.revision = n.revision - 1"};

constexpr Field k_line_fields[] = {
    {"line", Type::text},
    {"written_at", Type::timestamptz, Role::now},
};

constexpr Table k_lines{"lines", "ln", k_line_fields, "", "ON CONFLICT (line) DO NOTHING"};

// Without the space before a conflict clause that is not there.
std::string trimmed(std::string text) {
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

TEST(TableTest, AnInsertTakesAnArrayForEachFieldAndTheTimeFromOneParameter) {
  EXPECT_EQ(trimmed(insert_sql(k_things, RowCount::any, /*first=*/4, /*now=*/2)),
            "INSERT INTO things (kind, number, note, address, made_by, revision, changed_at, "
            "began_at) SELECT unnest($4::text[]) AS kind, unnest($5::bigint[]) AS number, "
            "unnest($6::text[]) AS note, unnest($7::text[])::inet AS address, "
            "unnest($8::text[]) AS made_by, unnest($9::bigint[]) AS revision, "
            "$2::timestamptz AS changed_at, $2::timestamptz AS began_at");
}

TEST(TableTest, AnInsertEndsInWhatATableSaysAboutConflicts) {
  EXPECT_EQ(insert_sql(k_lines, RowCount::any, /*first=*/2, /*now=*/1),
            "INSERT INTO lines (line, written_at) SELECT unnest($2::text[]) AS line, "
            "$1::timestamptz AS written_at ON CONFLICT (line) DO NOTHING");
}

TEST(TableTest, OneRowIsTakenOutOfItsArrays) {
  EXPECT_EQ(insert_sql(k_lines, RowCount::one, /*first=*/2, /*now=*/1),
            "INSERT INTO lines (line, written_at) SELECT ($2::text[])[1] AS line, "
            "$1::timestamptz AS written_at ON CONFLICT (line) DO NOTHING");
  EXPECT_NE(update_sql(k_things, RowCount::one, /*first=*/2, /*now=*/1)
                .find("SELECT ($2::text[])[1] AS kind, ($3::bigint[])[1] AS number, "
                      "($4::text[])[1] AS note, ($5::text[])[1]::inet AS address, "),
            std::string::npos);
}

TEST(TableTest, AnUpdateFindsByKeyAndGuardAndLeavesWhatIsInitial) {
  EXPECT_EQ(update_sql(k_things, RowCount::any, /*first=*/2, /*now=*/1),
            "UPDATE things t SET note = n.note, address = n.address, revision = n.revision, "
            "changed_at = n.changed_at FROM (SELECT unnest($2::text[]) AS kind, "
            "unnest($3::bigint[]) AS number, unnest($4::text[]) AS note, "
            "unnest($5::text[])::inet AS address, unnest($6::text[]) AS made_by, "
            "unnest($7::bigint[]) AS revision, $1::timestamptz AS changed_at, "
            "$1::timestamptz AS began_at) n WHERE t.kind = n.kind AND t.number = n.number AND "
            "t.revision = n.revision - 1 RETURNING 1");
}

TEST(TableTest, ARowHoldsNoTimeOfWriting) {
  store::Rows rows{k_things};
  EXPECT_EQ(rows.column_count(), 6U);
  EXPECT_EQ(&rows.table(), &k_things);
  EXPECT_TRUE(rows.empty());
}

class WritesTest : public testing::Test {
 protected:
  WritesTest() {
    database_.run(R"(
CREATE SCHEMA refundd;
CREATE TABLE refundd.things (kind text, number bigint, note text, address inet, made_by text,
                             revision bigint, changed_at timestamptz, began_at timestamptz,
                             PRIMARY KEY (kind, number));
CREATE TABLE refundd.lines (line text PRIMARY KEY, written_at timestamptz))");
  }

  static store::Rows thing(int number, std::optional<std::string> note, std::int64_t revision) {
    store::Rows rows{k_things};
    rows.add_row("a", number, note, note ? std::optional{"192.0.2.7"} : std::nullopt, "somebody",
                 revision);
    return rows;
  }

  static store::Rows line(const char* text) {
    store::Rows rows{k_lines};
    rows.add_row(text);
    return rows;
  }

  void run(Writes& writes, int second) {
    in_transaction(connection_, [&](Transaction& transaction) {
      writes.run(transaction, samples::at(second));
      transaction.commit();
    });
  }

  // The kind of the failure; nullopt: there was none.
  std::optional<Failure> failure_of(Writes& writes) {
    try {
      run(writes, 9);
    } catch (const Failure& failure) {
      return failure;
    }
    return std::nullopt;
  }

  [[nodiscard]] std::vector<std::string> things() const {
    return database_.rows(
        "SELECT kind, number, note, address, made_by, revision, extract(second FROM "
        "changed_at)::int"
        ", extract(second FROM began_at)::int FROM things ORDER BY number");
  }

  Database database_{/*migrated=*/false};
  Connection connection_ = database_.connect();
};

using Texts = std::vector<std::string>;

TEST_F(WritesTest, InsertsAndUpdatesOfSeveralTablesAreOneStatement) {
  Writes first;
  first.insert(thing(1, "one", 1));
  run(first, 0);  // samples::at(0) is 20 seconds past a minute
  Writes second;
  second.insert(thing(2, std::nullopt, 1));
  second.update(thing(1, "changed", 2));
  second.insert(line("x"));
  in_transaction(connection_, [&](Transaction& transaction) {
    second.run(transaction, samples::at(3));
    EXPECT_EQ(transaction.statement_count(), 1);
    transaction.commit();
  });
  EXPECT_EQ(things(),
            (Texts{"a|1|changed|192.0.2.7|somebody|2|23|20", "a|2|NULL|NULL|somebody|1|23|23"}));
  EXPECT_EQ(database_.value("SELECT line, extract(second FROM written_at)::int FROM lines"),
            "x|23");
}

TEST_F(WritesTest, NothingToWriteIsNoStatement) {
  in_transaction(connection_, [](Transaction& transaction) {
    Writes writes;
    writes.insert(store::Rows{k_things});
    writes.update(store::Rows{k_things});
    writes.run(transaction, samples::at(0));
    EXPECT_EQ(transaction.statement_count(), 0);
  });
}

// Statements are remembered by name: each of these must have one of its own.
TEST_F(WritesTest, ASessionKeepsStatementsOfDifferentPartsApart) {
  for (int round = 0; round < 2; ++round) {
    Writes insert;
    insert.insert(thing(10 + round, "n", 1));
    run(insert, 0);
    Writes other;
    other.insert(line(round == 0 ? "t" : "u"));
    run(other, 0);
    Writes update;
    update.update(thing(10 + round, "m", 2));
    run(update, 0);
    Writes both;
    both.update(thing(10 + round, "o", 3));
    both.insert(line(round == 0 ? "x" : "y"));
    run(both, 0);
    Writes reversed;
    reversed.insert(line(round == 0 ? "v" : "w"));
    reversed.update(thing(10 + round, "p", 4));
    run(reversed, 0);
  }
  EXPECT_EQ(database_.rows("SELECT number, note, revision FROM things ORDER BY number"),
            (Texts{"10|p|4", "11|p|4"}));
  EXPECT_EQ(database_.value("SELECT string_agg(line, '' ORDER BY line) FROM lines"), "tuvwxy");
}

TEST_F(WritesTest, ARowThatMovedOnIsALostRaceAndNothingIsWritten) {
  Writes first;
  first.insert(thing(1, "one", 1));
  run(first, 0);
  const auto before = things();
  for (const std::int64_t revision : {1, 3}) {  // 2 would be the next one
    Writes late;
    late.insert(thing(2, "two", 1));
    late.update(thing(1, "late", revision));
    late.insert(line("x"));
    const auto failure = failure_of(late);
    ASSERT_TRUE(failure) << revision;
    EXPECT_EQ(failure->kind(), FailureKind::retry);
    EXPECT_TRUE(failure->may_pass());
    EXPECT_FALSE(failure->connection_lost());
  }
  EXPECT_EQ(things(), before);
  EXPECT_EQ(database_.value("SELECT count(*) FROM lines"), "0");
}

TEST_F(WritesTest, OneOfSeveralRowsThatMovedOnIsEnough) {
  Writes first;
  auto both = thing(1, "one", 1);
  both.add_row("a", 2, "two", "192.0.2.8", "somebody", 1);
  first.insert(std::move(both));
  run(first, 0);
  const auto before = things();
  Writes second;
  auto changed = thing(1, "new", 2);
  changed.add_row("a", 2, "new", "192.0.2.8", "somebody", 3);
  second.update(std::move(changed));
  EXPECT_TRUE(failure_of(second));
  EXPECT_EQ(things(), before);
}

TEST_F(WritesTest, ARowThatWentAwayIsALostRace) {
  Writes writes;
  writes.update(thing(1, "one", 2));
  writes.insert(line("x"));
  const auto failure = failure_of(writes);
  ASSERT_TRUE(failure);
  EXPECT_TRUE(failure->may_pass());
  EXPECT_EQ(database_.value("SELECT count(*) FROM lines"), "0");
}

TEST_F(WritesTest, ARowThatIsThereMeanwhileIsSaidSoAndNothingIsWritten) {
  database_.run("INSERT INTO things (kind, number, note, revision) VALUES ('a', 1, 'theirs', 5)");
  const auto before = things();
  Writes writes;
  writes.insert(thing(1, "ours", 1));
  writes.insert(line("x"));
  const auto failure = failure_of(writes);
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->kind(), FailureKind::exists);
  EXPECT_TRUE(failure->may_pass());
  EXPECT_EQ(things(), before);
  EXPECT_EQ(database_.value("SELECT count(*) FROM lines"), "0");
}

TEST_F(WritesTest, ATablesConflictClauseLetsARowBeThere) {
  database_.run("INSERT INTO lines VALUES ('x', '2020-01-01')");
  Writes writes;
  auto lines = line("x");
  lines.add_row("y");
  writes.insert(std::move(lines));
  EXPECT_FALSE(failure_of(writes));
  EXPECT_EQ(database_.value("SELECT string_agg(line, '' ORDER BY line) FROM lines"), "xy");
}

}  // namespace
}  // namespace store
