#include "store/failure.hpp"

#include <gtest/gtest.h>

#include <pqxx/pqxx>

namespace store {
namespace {

TEST(FailureTest, EverySqlstateHasItsKind) {
  struct Case {
    const char* sqlstate;
    FailureKind kind;
  };
  const Case cases[] = {
      {"40001", FailureKind::retry},        // serialization_failure
      {"40P01", FailureKind::retry},        // deadlock_detected
      {"55P03", FailureKind::retry},        // lock_not_available
      {"40003", FailureKind::in_doubt},     // statement_completion_unknown
      {"22003", FailureKind::rejected},     // numeric_value_out_of_range
      {"22P05", FailureKind::rejected},     // untranslatable_character
      {"23505", FailureKind::exists},       // unique_violation
      {"23514", FailureKind::rejected},     // check_violation
      {"54000", FailureKind::rejected},     // program_limit_exceeded
      {"57014", FailureKind::unavailable},  // query_canceled: statement_timeout
      {"57P01", FailureKind::unavailable},  // admin_shutdown
      {"53100", FailureKind::unavailable},  // disk_full
      {"25006", FailureKind::unavailable},  // read_only_sql_transaction: a standby
      {"42P01", FailureKind::unavailable},  // undefined_table: not migrated
      {"42501", FailureKind::unavailable},  // insufficient_privilege
      {"08006", FailureKind::unavailable},  // connection_failure
      {"", FailureKind::unavailable},
  };
  for (const Case& example : cases) {
    EXPECT_EQ(kind_of_sqlstate(example.sqlstate), example.kind) << example.sqlstate;
  }
}

TEST(FailureTest, EveryExceptionOfTheLibraryHasItsKind) {
  const auto expect = [](const std::exception& error, FailureKind kind, bool lost) {
    const Failure failure = classify(error);
    EXPECT_EQ(failure.kind(), kind) << error.what();
    EXPECT_EQ(failure.connection_lost(), lost) << error.what();
  };
  expect(pqxx::in_doubt_error{"x"}, FailureKind::in_doubt, true);
  expect(pqxx::statement_completion_unknown{"x"}, FailureKind::in_doubt, true);
  expect(pqxx::serialization_failure{"x"}, FailureKind::retry, false);
  expect(pqxx::deadlock_detected{"x"}, FailureKind::retry, false);
  expect(pqxx::broken_connection{"x"}, FailureKind::unavailable, true);
  expect(pqxx::too_many_connections{"x"}, FailureKind::unavailable, true);
  expect(pqxx::check_violation{"x", "", "23514"}, FailureKind::rejected, false);
  expect(pqxx::sql_error{"x", "", "57P01"}, FailureKind::unavailable, true);
  expect(pqxx::sql_error{"x", "", "57014"}, FailureKind::unavailable, false);
  expect(pqxx::usage_error{"x"}, FailureKind::unavailable, true);
}

TEST(FailureTest, ValuesOfRowsStayOutOfTheText) {
  const Failure failure = classify(pqxx::check_violation{
      "ERROR:  new row violates check constraint\nDETAIL:  Failing row contains (secret)", "",
      "23514"});
  EXPECT_EQ(std::string{failure.what()},
            "ERROR:  new row violates check constraint (SQLSTATE 23514)");
}

TEST(FailureTest, AFailureStaysWhatItIs) {
  EXPECT_EQ(classify(Failure{FailureKind::retry, "x", false}).kind(), FailureKind::retry);
}

}  // namespace
}  // namespace store
