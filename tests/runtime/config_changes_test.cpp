#include "runtime/config_changes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace runtime {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(ConfigChanges, WhatAProcessTakesOverNeedsNoRestart) {
  const Config running;
  Config wanted = running;
  wanted.listener.certificate_file = "/etc/refundd/new.pem";
  wanted.listener.idle_timeout = std::chrono::seconds{1};
  wanted.log.level = LogLevel::debug;
  wanted.sources.emplace_back();
  wanted.routes.emplace_back();
  wanted.outbox.attempts_max = 3;
  EXPECT_THAT(keys_that_need_a_restart(running, wanted), IsEmpty());
}

TEST(ConfigChanges, NamesWhatWaitsForTheNextStart) {
  const Config running;
  Config wanted = running;
  wanted.listener.listen.port = 443;
  wanted.listener.connections_max = 1;
  wanted.admin.listen.address = "::1";
  wanted.database.url = "postgresql:///other";
  wanted.database.connections = 5;
  wanted.ingest.queue_max = 1;
  wanted.ingest.batch_max = 1;
  wanted.log.format = LogFormat::json;
  EXPECT_THAT(
      keys_that_need_a_restart(running, wanted),
      ElementsAre("listener.listen", "listener.connections_max", "admin.listen", "database.url",
                  "database.connections", "ingest.queue_max", "ingest.batch_max", "log.format"));
}

TEST(ConfigChanges, TheComplianceFileAndTheFirstSinkNeedOne) {
  Config running;
  Config wanted;
  wanted.sinks.emplace_back();
  EXPECT_THAT(keys_that_need_a_restart(running, wanted), ElementsAre("sink"));
  running.sinks.emplace_back();
  wanted.sinks.emplace_back().kind = SinkKind::json_lines;
  wanted.sinks.back().file = "/var/log/refundd/audit.jsonl";
  EXPECT_THAT(keys_that_need_a_restart(running, wanted), ElementsAre("sink.file"));
}

}  // namespace
}  // namespace runtime
