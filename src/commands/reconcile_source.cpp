#include "commands/reconcile_source.hpp"

#include <algorithm>
#include <iostream>
#include <stdexcept>

#include "commands/commands.hpp"
#include "commands/login_name.hpp"
#include "commands/orders_import.hpp"
#include "commands/reconciler.hpp"
#include "providers/signature.hpp"
#include "runtime/config_files.hpp"
#include "runtime/wall_clock.hpp"
#include "store/due_days.hpp"

namespace commands {
namespace {

constexpr std::chrono::seconds k_progress_interval{10};

/// One source of this command, and what the run of it needs.
struct Task {
  store::Connection& connection;
  const providers::Source& source;
  const StatementFile* statement = nullptr;  // nullptr: by the API
  const ReconcileOptions& options;
};

store::Day day_of(const std::string& option, const std::string& text) {
  const auto day = store::parse_day(text);
  if (!day) {
    throw UsageError{option + ": not a day like 2026-01-31"};
  }
  return *day;
}

/// The days as they were asked for by name.
store::Days named_days(const ReconcileOptions& options, store::Day today) {
  const auto first = day_of("--from", options.from);
  const auto last = options.to.empty() ? first : day_of("--to", options.to);
  if (last < first) {
    throw UsageError{"--to is before --from."};
  }
  if (last > today) {
    throw UsageError{store::day_text(last) + " has not begun yet."};
  }
  return {first, last};
}

store::DueDays days_of(const Task& task, domain::Time now) {
  const auto yesterday = store::yesterday_of(task.connection, task.source.time_zone, now);
  if (!task.options.yesterday) {
    const auto days = named_days(task.options, yesterday + std::chrono::days{1});
    return {days, days.first};
  }
  if (task.statement != nullptr) {
    return {{yesterday, yesterday}, yesterday};  // what it says of other days is not known
  }
  return store::due_days(task.connection,
                         {task.source.name, task.source.time_zone, yesterday, task.options.close});
}

std::string read_content(const std::filesystem::path& file) {
  auto content =
      runtime::read_file(file, {.size_max_bytes = k_statement_max_bytes, .is_secret = false});
  if (const auto* problem = std::get_if<runtime::FileProblem>(&content)) {
    throw std::runtime_error{file.string() + ": " + problem->message};
  }
  return std::get<std::string>(std::move(content));
}

void set_times(store::Connection& connection, const std::string& time_zone,
               std::vector<StatementLine>& lines) {
  std::vector<StatementLine*> local_lines;
  std::vector<domain::Time> local;
  for (auto& line : lines) {
    if (line.is_local) {
      local_lines.push_back(&line);
      local.push_back(line.created_at);
    }
  }
  const auto times = store::times_of_local(connection, time_zone, local);
  for (std::size_t index = 0; index < times.size(); ++index) {
    local_lines[index]->created_at = times[index];
  }
}

/// Says from time to time how far a long run has come.
class Progress {
 public:
  explicit Progress(const std::string& source) : source_{source} {}

  void add(std::size_t count) {
    count_ += count;
    const auto now = std::chrono::steady_clock::now();
    if (now - said_ >= k_progress_interval) {
      said_ = now;
      std::cerr << source_ << ": " << count_ << " refunds of the provider were looked at\n";
    }
  }

 private:
  std::string source_;
  std::size_t count_ = 0;
  std::chrono::steady_clock::time_point said_ = std::chrono::steady_clock::now();
};

Listing listing_of(const Task& task, const store::Span& span, domain::Time now) {
  if (task.statement == nullptr) {
    return api_listing(task.source, span, now);
  }
  return statement_listing(task.statement->lines, task.source,
                           {providers::to_hex(task.statement->sha256), login_name(), now});
}

std::size_t count_outside(const StatementFile& statement, const store::Span& span) {
  return static_cast<std::size_t>(std::ranges::count_if(statement.lines, [&](const auto& line) {
    return line.created_at < span.from || line.created_at >= span.to;
  }));
}

std::vector<store::CloseResult> close_days(const Task& task, const store::DueDays& due) {
  std::vector<store::CloseResult> results;
  for (auto day = due.close_from; day <= due.compare.last; day += std::chrono::days{1}) {
    results.push_back(store::close_day(
        task.connection,
        {task.source.name, task.source.time_zone, day, login_name(), runtime::wall_clock_now()}));
  }
  return results;
}

}  // namespace

std::unique_ptr<StatementFile> load_statement(const std::filesystem::path& path, const Setup& setup,
                                              const providers::Source& source) {
  const auto config =
      std::ranges::find(setup.config.sources, source.name, &runtime::SourceConfig::name);
  if (config == setup.config.sources.end() || !config->statement.is_given()) {
    throw UsageError{"The source has no [source.statement]: what the columns mean is not known."};
  }
  auto file = std::make_unique<StatementFile>();
  file->content = read_content(path);
  file->sha256 = providers::sha256(file->content);
  auto statement = read_statement_file(file->content, config->statement, source.currency_default);
  if (!statement.errors.empty()) {
    print_order_errors(path, statement.errors, std::cerr);
    return nullptr;
  }
  file->lines = std::move(statement.lines);
  return file;
}

ReconcileResult reconcile_source(store::Connection& connection, const providers::Source& source,
                                 StatementFile* statement, const ReconcileOptions& options) {
  if (statement != nullptr) {
    set_times(connection, source.time_zone, statement->lines);
  }
  const Task task{connection, source, statement, options};
  const auto now = runtime::wall_clock_now();
  const auto due = days_of(task, now);
  const auto span = store::span_of(task.connection, task.source.time_zone, due.compare);
  const domain::Tolerance tolerance{now, std::chrono::hours{task.options.timing_tolerance_hours}};
  auto run = store::begin_run(
      task.connection,
      {task.source.name, due.compare,
       task.statement ? std::optional{task.statement->sha256} : std::nullopt, login_name(), now});
  Reconciler reconciler{task.connection,        task.source, run, span, tolerance,
                        runtime::wall_clock_now};
  Progress progress{task.source.name};
  listing_of(task, span, now)([&](const ListedPage& page) {
    reconciler.take(page);
    progress.add(page.refunds.size());
  });
  ReconcileResult result;
  result.run = reconciler.finish();
  result.outside_count = task.statement ? count_outside(*task.statement, span) : 0;
  result.items = store::list_items(
      task.connection,
      {.source = "", .run_id = run.run_id, .only_open = false, .limit = store::k_item_list_max});
  if (task.options.close) {
    result.days = close_days(task, due);
  }
  return result;
}

}  // namespace commands
