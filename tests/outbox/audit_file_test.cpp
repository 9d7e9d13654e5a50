#include "outbox/audit_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "domain/time.hpp"
#include "store/database.hpp"

namespace outbox {
namespace {

using store::AuditEntryRow;
using testing::ElementsAre;
using testing::HasSubstr;

AuditEntryRow entry_of(std::int64_t id) {
  AuditEntryRow entry;
  entry.audit_id = id;
  entry.recorded_at = domain::Time{std::chrono::seconds{1'700'000'000}};
  entry.occurred_at = *entry.recorded_at - std::chrono::microseconds{1};
  entry.source = "omise-th";
  entry.refund_id = "rfnd_1";
  entry.event_id = "evnt_" + std::to_string(id);
  entry.evidence = "signed_webhook";
  entry.verdict = "applied";
  entry.status_after = "pending";
  entry.entry_hash[0] = std::byte{0xA5};
  entry.entry_hash[31] = std::byte{0x0F};
  return entry;
}

std::vector<AuditEntryRow> entries_of(std::int64_t first, std::int64_t last) {
  std::vector<AuditEntryRow> entries;
  for (std::int64_t id = first; id <= last; ++id) {
    entries.push_back(entry_of(id));
  }
  return entries;
}

std::string lines_of(std::int64_t first, std::int64_t last) {
  std::string lines;
  for (const auto& entry : entries_of(first, last)) {
    lines += audit_line(entry);
  }
  return lines;
}

std::string content_of(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream{path, std::ios::binary}.rdbuf();
  return text.str();
}

void write_file(const std::filesystem::path& path, std::string_view content) {
  std::ofstream{path, std::ios::binary} << content;
}

TEST(AuditLineTest, IsExactlyTheEntry) {
  AuditEntryRow entry = entry_of(7);
  entry.order_id = "注文\"1\"\n\x7f\u009b";
  entry.status_before = "";
  entry.amount_minor = -9'007'199'254'740'993;
  entry.currency = "JPY";
  const std::string zeros(64, '0');
  EXPECT_EQ(audit_line(entry),
            R"({"audit_id":7,"recorded_at":"2023-11-14T22:13:20.000000Z",)"
            R"("occurred_at":"2023-11-14T22:13:19.999999Z","source":"omise-th",)"
            R"("refund_id":"rfnd_1","charge_id":null,)"
            R"("order_id":"\u6ce8\u6587\"1\"\n\u007f\u009b","event_id":"evnt_7",)"
            R"("evidence":"signed_webhook","verdict":"applied","status_before":"",)"
            R"("status_after":"pending","amount_minor":-9007199254740993,"currency":"JPY",)"
            R"("reason":null,"user_id":null,"ip_address":null,"user_agent":null,"notes":null,)"
            R"("previous_hash":")" +
                zeros + R"(","entry_hash":"a5)" + std::string(60, '0') + "0f\"}\n");
  EXPECT_EQ(nlohmann::json::parse(audit_line(entry))["order_id"], *entry.order_id);
}

TEST(AuditLineTest, TellsItsIdOrThatItIsNoSuchLine) {
  EXPECT_EQ(audit_id_of(audit_line(entry_of(1234567))), 1234567);
  for (const char* line : {"", "{}", "{\"audit_id\":}", "{\"audit_id\":1", "{\"audit_id\":0,",
                           "{\"audit_id\":-1,", "{\"audit_id\": 1,", "{\"audit_id\":1.5,",
                           "{\"audit_id\":99999999999999999999,", " {\"audit_id\":1,"}) {
    EXPECT_EQ(audit_id_of(line), std::nullopt) << line;
  }
}

class AuditFileTest : public testing::Test {
 protected:
  AuditFileTest() {
    std::string pattern = testing::TempDir() + "audit-file-XXXXXX";
    folder = ::mkdtemp(pattern.data());
    path = folder / "audit.jsonl";
  }
  ~AuditFileTest() override { std::filesystem::remove_all(folder); }

  void expect_refused(std::string_view why) {
    try {
      const AuditFile file{path};
      ADD_FAILURE() << "opened";
    } catch (const std::runtime_error& error) {
      EXPECT_THAT(error.what(), HasSubstr(why));
    }
  }

  std::filesystem::path folder;
  std::filesystem::path path;
};

TEST_F(AuditFileTest, AppendsAndKnowsWhereToGoOn) {
  {
    AuditFile file{path};
    EXPECT_EQ(file.position(), 0);
    file.append(entries_of(1, 3));
    file.append({});
    EXPECT_EQ(file.position(), 3);
    EXPECT_EQ(content_of(path), lines_of(1, 3));
  }
  AuditFile file{path};
  EXPECT_EQ(file.position(), 3);
  file.append(entries_of(5, 5));
  EXPECT_EQ(content_of(path), lines_of(1, 3) + lines_of(5, 5));
  EXPECT_EQ(read_position_file(path), 5);
  struct stat status {};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U & ~0640U, 0U);
}

TEST_F(AuditFileTest, CutsEveryKindOfTornLineAndKeepsTheWholeOnes) {
  const auto torn = lines_of(3, 3);
  for (const std::size_t length :
       {std::size_t{1}, std::size_t{11}, std::size_t{14}, std::size_t{40}, torn.size() - 1}) {
    SCOPED_TRACE(length);
    for (const std::int64_t whole : {0, 2}) {
      std::filesystem::remove(position_file_of(path));
      write_file(path, lines_of(1, whole) + torn.substr(0, length));
      AuditFile file{path};
      EXPECT_EQ(file.position(), whole);
      EXPECT_EQ(content_of(path), lines_of(1, whole));
      file.append(entries_of(whole + 1, 4));
      EXPECT_EQ(content_of(path), lines_of(1, 4));
    }
  }
}

// A power failure may leave blocks of zeros at the end.
TEST_F(AuditFileTest, CutsALongTornTailOfAnything) {
  write_file(path, lines_of(1, 2) + std::string(300'000, '\0'));
  const AuditFile file{path};
  EXPECT_EQ(file.position(), 2);
  EXPECT_EQ(content_of(path), lines_of(1, 2));
}

TEST_F(AuditFileTest, ReadsALastLineOfAnyLength) {
  auto entry = entry_of(9);
  entry.notes = std::string(200'000, 'x');
  write_file(path, lines_of(1, 2) + audit_line(entry));
  EXPECT_EQ(AuditFile{path}.position(), 9);
}

TEST_F(AuditFileTest, LeavesAFileAloneThatIsNotOurs) {
  for (const char* content : {"root:x:0:0:root\n", "no newline at all", "\n", "{\"a\":1}\nto"}) {
    SCOPED_TRACE(content);
    write_file(path, content);
    expect_refused("it is left as it is");
    EXPECT_EQ(content_of(path), content);
  }
}

TEST_F(AuditFileTest, RefusesWhatCannotBeAnAuditFile) {
  std::filesystem::create_directory(path);
  expect_refused("cannot be opened: Is a directory");
  std::filesystem::remove(path);
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  expect_refused("is not a regular file");
  path = folder / "missing" / "audit.jsonl";
  expect_refused("cannot be opened: No such file or directory");
  path = "/dev/full";
  expect_refused("is not a regular file");
}

TEST_F(AuditFileTest, TwoWritersOfOneFileAreRefused) {
  const AuditFile file{path};
  expect_refused("another process writes it");
}

TEST_F(AuditFileTest, ARotationLetsNoSecondWriterIn) {
  AuditFile file{path};
  std::filesystem::rename(path, folder / "audit.jsonl.1");
  expect_refused("another process writes it");
  file.reopen();
  expect_refused("another process writes it");
}

TEST_F(AuditFileTest, GoesOnInANewFileAfterItWasMoved) {
  AuditFile file{path};
  file.append(entries_of(1, 2));
  std::filesystem::rename(path, folder / "audit.jsonl.1");
  file.append(entries_of(3, 3));
  EXPECT_EQ(content_of(folder / "audit.jsonl.1"), lines_of(1, 3));
  file.reopen();
  EXPECT_EQ(content_of(path), "");
  EXPECT_EQ(file.position(), 3);
  file.append(entries_of(4, 4));
  EXPECT_EQ(content_of(path), lines_of(4, 4));
  EXPECT_EQ(content_of(folder / "audit.jsonl.1"), lines_of(1, 3));
}

TEST_F(AuditFileTest, ReopeningWithoutARotationChangesNothing) {
  AuditFile file{path};
  file.append(entries_of(1, 2));
  file.reopen();
  file.append(entries_of(3, 3));
  EXPECT_EQ(content_of(path), lines_of(1, 3));
}

TEST_F(AuditFileTest, ARestartAfterARotationGoesOnBehindTheOldFile) {
  AuditFile{path}.append(entries_of(1, 3));
  std::filesystem::rename(path, folder / "audit.jsonl.1");
  EXPECT_EQ(AuditFile{path}.position(), 3);
  std::filesystem::remove(path);
  write_file(path, "");
  EXPECT_EQ(AuditFile{path}.position(), 3);
}

// A crash between the lines and the position.
TEST_F(AuditFileTest, TheGreaterOfFileAndPositionCounts) {
  AuditFile{path}.append(entries_of(1, 3));
  write_file(position_file_of(path), "2\n");
  EXPECT_EQ(AuditFile{path}.position(), 3);
  EXPECT_EQ(read_position_file(path), 3);
  write_file(position_file_of(path), "5\n");
  EXPECT_EQ(AuditFile{path}.position(), 5);
}

TEST_F(AuditFileTest, APositionFileThatIsDamagedIsNamed) {
  for (const char* content : {"", "\n", "x\n", "-1\n", "5", "5\n5\n", "99999999999999999999\n"}) {
    write_file(position_file_of(path), content);
    expect_refused("audit.jsonl.position: holds no number");
  }
}

TEST_F(AuditFileTest, FailsWhereThePositionCannotBeKeptAndMakesUpForItLater) {
  AuditFile file{path};
  std::filesystem::create_directory(position_file_of(path).string() + ".new");
  EXPECT_THROW(file.append(entries_of(1, 2)), std::runtime_error);
  EXPECT_EQ(file.position(), 2);  // the lines are there
  std::filesystem::remove(position_file_of(path).string() + ".new");
  file.ensure_open();
  EXPECT_EQ(read_position_file(path), 2);
  EXPECT_EQ(content_of(path), lines_of(1, 2));
}

/// No file of this process may grow beyond `bytes`, as on a full disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_{std::signal(SIGXFSZ, SIG_IGN)} {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    rlimit now = before_;
    now.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &now);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  void (*handler_)(int);
  rlimit before_{};
};

TEST_F(AuditFileTest, AFullDiskIsAnErrorAndTheNextPassRepairsIt) {
  AuditFile file{path};
  file.append(entries_of(1, 2));
  try {
    // One line and a half fit.
    const FileSizeLimit limit{lines_of(1, 3).size() + 100};
    file.append(entries_of(3, 5));
    ADD_FAILURE();
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("audit.jsonl: cannot be written: File too large"));
  }
  EXPECT_EQ(file.position(), 2);
  EXPECT_EQ(content_of(path), lines_of(1, 2));
  file.append(entries_of(3, 5));
  EXPECT_EQ(content_of(path), lines_of(1, 5));
}

class AuditExportTest : public AuditFileTest {
 protected:
  void add_entries(int count) {
    database.run(
        "INSERT INTO refund_audit (recorded_at, occurred_at, source, refund_id, event_id, evidence,"
        " verdict, status_after, chain_index, previous_hash, entry_hash) SELECT now(), now(), 's',"
        " 'r', 'e', 'operator', 'applied', 'pending', n + (SELECT count(*) FROM refund_audit),"
        " sha256(''), sha256(n::text::bytea) FROM generate_series(1, " +
        std::to_string(count) + ") n");
  }

  std::size_t pass(AuditFile& file) { return export_new_entries(connection, tail, file); }

  /// Every entry as it stands in the database now.
  std::string all_lines() {
    auto other = database.connect();
    store::AuditSnapshot snapshot{other};
    std::string lines;
    for (const auto& entry : snapshot.read(0, 100'000)) {
      lines += audit_line(entry);
    }
    return lines;
  }

  store::Database database;
  store::Connection connection = database.connect();
  store::AuditTail tail;
};

TEST_F(AuditExportTest, WritesEveryEntryOnceInWhateverPasses) {
  AuditFile file{path};
  EXPECT_EQ(pass(file), 0);
  add_entries(2500);
  EXPECT_EQ(pass(file), 2500);
  EXPECT_EQ(pass(file), 0);
  add_entries(1);
  EXPECT_EQ(pass(file), 1);
  EXPECT_EQ(content_of(path), all_lines());
}

TEST_F(AuditExportTest, ALineTornByACrashIsWrittenAgain) {
  add_entries(3);
  {
    AuditFile file{path};
    pass(file);
  }
  const auto whole = content_of(path);
  std::filesystem::resize_file(path, whole.size() - 10);
  write_file(position_file_of(path), "2\n");
  AuditFile file{path};
  EXPECT_EQ(pass(file), 1);
  EXPECT_EQ(content_of(path), whole);
}

TEST_F(AuditExportTest, AFullDiskLosesAndDoublesNothing) {
  AuditFile file{path};
  add_entries(1500);
  {
    const FileSizeLimit limit{100'000};
    EXPECT_THROW(pass(file), std::runtime_error);
  }
  add_entries(10);
  pass(file);
  EXPECT_EQ(content_of(path), all_lines());
}

TEST_F(AuditExportTest, AFileWithoutItsFolderIsAnErrorUntilItIsBack) {
  AuditFile file{path};
  add_entries(1);
  std::filesystem::remove_all(folder);
  EXPECT_THROW(file.reopen(), std::runtime_error);
  EXPECT_THROW(pass(file), std::runtime_error);
  std::filesystem::create_directory(folder);
  EXPECT_EQ(pass(file), 1);
  EXPECT_EQ(content_of(path), all_lines());
}

}  // namespace
}  // namespace outbox
