#include "outbox/dispatcher.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <set>

#include "store/database.hpp"

namespace outbox {
namespace {

using store::Database;

// What a sink was given, seen from the test's thread. A stand-in because the real ones are tested
// through the daemon: here it is the threads that matter.
class Post {
 public:
  void take(const std::string& message_id) {
    const std::lock_guard lock{mutex_};
    ids_.insert(message_id);
    changed_.notify_all();
  }

  bool wait_for(std::size_t count) {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, std::chrono::seconds{30}, [&] { return ids_.size() >= count; });
  }

  std::size_t count() {
    const std::lock_guard lock{mutex_};
    return ids_.size();
  }

  bool has_repeats() {
    const std::lock_guard lock{mutex_};
    return std::set(ids_.begin(), ids_.end()).size() != ids_.size();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::multiset<std::string> ids_;
};

class PostSink : public Sink {
 public:
  explicit PostSink(Post& post) : post_{post} {}

  SendResult send(const Outgoing& message) override {
    post_.take(message.message_id);
    return {SendStatus::sent, "", std::nullopt, "ticket of " + message.refund_id};
  }

 private:
  Post& post_;
};

DispatcherOptions options_for(const Database& database, Post& post) {
  SinkSpec sink;
  sink.name = "desk";
  sink.make = [&post] { return std::make_unique<PostSink>(post); };
  Delivery delivery;
  delivery.routes = {{std::nullopt, "", "", "desk", ""}};
  auto templates = TemplateSet::load(REFUNDD_SOURCE_DIR "/config/templates");
  return {.database_url = database.url(),
          .sinks = {sink},
          .delivery = delivery,
          .manner = {},
          .templates = std::get<TemplateSet>(std::move(templates))};
}

void fail_refunds(const Database& database, int from, int to) {
  auto connection = database.connect();
  std::vector<store::Delivery> batch;
  for (int number = from; number < to; ++number) {
    const std::string id = std::to_string(number);
    auto report = samples::report(domain::RefundStatus::failed, 10, "e" + id);
    report.refund_id = "r" + id;
    report.charge_id = "c" + id;
    batch.push_back(store::delivery_of(report));
  }
  store::apply(connection, batch);
}

TEST(DispatcherTest, SendsEveryMessageOnceOverSeveralThreadsAndWritesItDown) {
  const Database database;
  fail_refunds(database, 0, 100);
  Post post;
  Dispatcher dispatcher{options_for(database, post)};
  dispatcher.start();
  ASSERT_TRUE(post.wait_for(100));
  fail_refunds(database, 100, 150);
  dispatcher.wake();
  ASSERT_TRUE(post.wait_for(150));
  dispatcher.stop();
  EXPECT_EQ(post.count(), 150);
  EXPECT_FALSE(post.has_repeats());
  EXPECT_EQ(
      database.value("SELECT count(*) FROM outbox_messages WHERE state = 'sent' AND attempts = 1 "
                     "AND external_reference = 'ticket of ' || refund_id"),
      "150");
}

TEST(DispatcherTest, TwoOnOneDatabaseShareTheWork) {
  const Database database;
  fail_refunds(database, 0, 200);
  Post post;
  Dispatcher one{options_for(database, post)};
  Dispatcher other{options_for(database, post)};
  one.start();
  other.start();
  ASSERT_TRUE(post.wait_for(200));
  one.stop();
  other.stop();
  EXPECT_EQ(post.count(), 200);
  EXPECT_FALSE(post.has_repeats());
}

TEST(DispatcherTest, EndsAlsoWhereThereIsNoDatabase) {
  const Database database;
  Post post;
  auto options = options_for(database, post);
  options.database_url = "postgresql:///x?host=/nonexistent";
  Dispatcher dispatcher{std::move(options)};
  dispatcher.start();
  dispatcher.stop();
  EXPECT_EQ(post.count(), 0);
}

}  // namespace
}  // namespace outbox
