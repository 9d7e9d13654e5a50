#include "runtime/config_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "runtime/config_folder.hpp"
#include "runtime/endpoint.hpp"
#include "runtime/nearest_word.hpp"

namespace {

using namespace runtime_test;
using testing::HasSubstr;

std::string secret_of(const fs::path& path) {
  const auto secret = runtime::read_secret_file(path);
  return std::holds_alternative<std::string>(secret) ? std::get<std::string>(secret) : "refused";
}

std::string problem_of(const fs::path& path) {
  const auto secret = runtime::read_secret_file(path);
  const auto* problem = std::get_if<runtime::FileProblem>(&secret);
  return problem == nullptr ? "accepted" : problem->message;
}

TEST(SecretFile, LosesOneTrailingNewline) {
  const ConfigFolder folder;
  EXPECT_EQ(secret_of(folder.write("s", "abc")), "abc");
  EXPECT_EQ(secret_of(folder.write("s", "abc\n")), "abc");
  EXPECT_EQ(secret_of(folder.write("s", "abc\r\n")), "abc");
  EXPECT_EQ(secret_of(folder.write("s", "abc\n\n")), "abc\n");
  EXPECT_EQ(secret_of(folder.write("s", " abc ")), " abc ");
}

TEST(SecretFile, IsRefusedWhenEmpty) {
  const ConfigFolder folder;
  EXPECT_THAT(problem_of(folder.write("s", "")), HasSubstr("is empty"));
  EXPECT_THAT(problem_of(folder.write("s", "\n")), HasSubstr("is empty"));
}

TEST(SecretFile, HasAtMost4KiB) {
  const ConfigFolder folder;
  EXPECT_EQ(secret_of(folder.write("s", std::string(4096, 'x'))).size(), 4096U);
  EXPECT_THAT(problem_of(folder.write("s", std::string(4097, 'x'))),
              HasSubstr("is larger than 4096 bytes"));
}

TEST(SecretFile, IsRefusedWhenOpenToOthers) {
  using fs::perms;
  const std::pair<perms, bool> cases[] = {
      {perms::owner_read, true},
      {k_private | perms::group_read, true},
      {k_private | perms::group_write, false},
      {k_private | perms::others_read, false},
      {k_private | perms::others_write, false},
      {k_private | perms::others_exec, false},
  };
  const ConfigFolder folder;
  for (const auto& [mode, accepted] : cases) {
    const auto path = folder.write("s", "abc");
    fs::permissions(path, mode);
    EXPECT_EQ(secret_of(path) == "abc", accepted) << std::oct << static_cast<unsigned>(mode);
  }
}

TEST(SecretFile, IsARegularFile) {
  const ConfigFolder folder;
  EXPECT_THAT(problem_of(folder.path("absent")), HasSubstr("cannot be opened"));
  EXPECT_THAT(problem_of(folder.path("")), HasSubstr("is not a regular file"));
  ASSERT_EQ(::mkfifo(folder.path("pipe").c_str(), 0600), 0);
  EXPECT_THAT(problem_of(folder.path("pipe")), HasSubstr("is not a regular file"));
  fs::create_symlink(folder.write("s", "abc"), folder.path("link"));
  EXPECT_EQ(secret_of(folder.path("link")), "abc");
}

TEST(FileFolders, LooksForCredentialsFirst) {
  const ConfigFolder folder;
  folder.write("credentials/both", "abc");
  const runtime::FileFolders folders{folder.path("credentials"), folder.path("config")};
  EXPECT_EQ(folders.resolve("both"), folder.path("credentials/both"));
  EXPECT_EQ(folders.resolve("only-here"), folder.path("config/only-here"));
  EXPECT_EQ(folders.resolve("/etc/key"), "/etc/key");
  const runtime::FileFolders without{std::nullopt, folder.path("config")};
  EXPECT_EQ(without.resolve("both"), folder.path("config/both"));
}

TEST(Endpoint, IsAnAddressAndAPort) {
  for (const auto* text : {"0.0.0.0:8443", "127.0.0.1:0", "[::1]:65535", "[::]:1"}) {
    const auto endpoint = runtime::parse_endpoint(text);
    ASSERT_TRUE(endpoint) << text;
    EXPECT_EQ(runtime::format_endpoint(*endpoint), text);
  }
}

TEST(Endpoint, MayBeAUnixSocket) {
  const auto endpoint = runtime::parse_endpoint("unix:/run/refundd/webhooks.sock");
  ASSERT_TRUE(endpoint);
  EXPECT_EQ(endpoint->path, "/run/refundd/webhooks.sock");
  EXPECT_EQ(runtime::format_endpoint(*endpoint), "unix:/run/refundd/webhooks.sock");
  EXPECT_TRUE(runtime::parse_endpoint("unix:/" + std::string(106, 'x')));
  for (const std::string& text :
       {std::string{"unix:"}, std::string{"unix:webhooks.sock"}, std::string{"unix:/run/"},
        std::string{"unix:/a\0b", 9}, "unix:/" + std::string(107, 'x')}) {
    EXPECT_FALSE(runtime::parse_endpoint(text)) << text;
  }
}

TEST(Endpoint, IsLocalWhereNobodyElseReachesIt) {
  for (const auto* text : {"127.0.0.1:1", "127.9.9.9:1", "[::1]:1", "unix:/s"}) {
    EXPECT_TRUE(runtime::is_local(*runtime::parse_endpoint(text))) << text;
  }
  for (const auto* text : {"0.0.0.0:1", "[::]:1", "192.0.2.1:1", "[2001:db8::1]:1"}) {
    EXPECT_FALSE(runtime::is_local(*runtime::parse_endpoint(text))) << text;
  }
}

TEST(Endpoint, IsNothingElse) {
  for (const auto* text : {"",           ":",          "8443",          ":8443",
                           "0.0.0.0",    "0.0.0.0:",   "0.0.0.0:65536", "0.0.0.0:-1",
                           "0.0.0.0:+1", "0.0.0.0: 1", "0.0.0.0:1x",    "localhost:1",
                           "::1:8443",   "[::1]",      "[::1:1",        "[127.0.0.1]:1",
                           "[]:1",       "[:1",        "1.2.3:1",       "*:1"}) {
    EXPECT_FALSE(runtime::parse_endpoint(text)) << text;
  }
}

TEST(NearestWord, IsAtMostThreeLettersAway) {
  const std::vector<std::string> known{"listen", "body_max_bytes", "log"};
  EXPECT_EQ(runtime::nearest_word("listn", known), "listen");
  EXPECT_EQ(runtime::nearest_word("max_bytes", known), "");
  EXPECT_EQ(runtime::nearest_word("body_max_byte", known), "body_max_bytes");
  EXPECT_EQ(runtime::nearest_word("abc", known), "");
  EXPECT_EQ(runtime::nearest_word("x", {}), "");
}

}  // namespace
