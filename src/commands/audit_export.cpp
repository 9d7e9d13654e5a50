#include "commands/audit_export.hpp"

#include <fcntl.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <iostream>
#include <memory>
#include <stdexcept>

#include "commands/operator_database.hpp"
#include "commands/terminal_json.hpp"
#include "commands/time_text.hpp"
#include "outbox/audit_line.hpp"
#include "outbox/durable_file.hpp"
#include "store/audit_lines.hpp"

namespace commands {
namespace {

constexpr std::size_t k_chunk = 1000;

// The daemon's own sessions never idle in a transaction for longer than ten seconds.
constexpr std::chrono::seconds k_patience{30};

struct Options {
  std::optional<std::string> since;
  std::optional<std::filesystem::path> file;
};

std::int64_t complete_up_to(store::Connection& connection) {
  const auto newest = store::wait_for_audit_writers(connection, k_patience);
  if (!newest) {
    throw std::runtime_error{
        "a transaction that writes audit entries has been open for " +
        std::to_string(k_patience.count()) +
        " seconds: an export now might miss what it is about to commit (see pg_stat_activity)"};
  }
  return *newest;
}

/// The id behind which the export begins.
std::int64_t begin_of(store::AuditSnapshot& snapshot, const AuditSince& since) {
  if (const auto* id = std::get_if<std::int64_t>(&since)) {
    return *id - 1;
  }
  const auto first = snapshot.first_id_since(std::get<domain::Time>(since));
  return first ? *first - 1 : std::numeric_limits<std::int64_t>::max();
}

class NewFile {
 public:
  explicit NewFile(std::filesystem::path path)
      : path_{std::move(path)},
        file_{outbox::open_regular_file(path_, O_WRONLY | O_CREAT | O_EXCL)} {}

  // Half an export must not be taken for a whole one.
  ~NewFile() {
    if (!kept_) {
      std::error_code ignored;
      std::filesystem::remove(path_, ignored);
    }
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  void write(std::string_view lines) { outbox::write_all(file_, lines, path_); }

  void keep() {
    outbox::sync_content(file_, path_);
    outbox::sync_folder_of(path_);
    kept_ = true;
  }

 private:
  std::filesystem::path path_;
  outbox::Descriptor file_;
  bool kept_ = false;
};

void export_to_output(store::Connection& connection, const AuditSince& since) {
  export_audit(connection, since, [](std::string_view lines) {
    if (!std::cout.write(lines.data(), static_cast<std::streamsize>(lines.size())).flush()) {
      throw std::runtime_error{"the standard output cannot be written"};
    }
  });
}

void export_to_file(store::Connection& connection, const AuditSince& since,
                    const std::filesystem::path& path, bool json) {
  NewFile file{path};
  const auto count =
      export_audit(connection, since, [&file](std::string_view lines) { file.write(lines); });
  file.keep();
  if (json) {
    print_json({{"file", path.string()}, {"line_count", count}}, std::cout);
  } else {
    std::cout << "exported " << count << " entries\n";
  }
}

AuditSince since_of(const Options& options) {
  if (!options.since) {
    return std::int64_t{1};
  }
  const auto since = parse_audit_since(*options.since);
  if (!since) {
    throw UsageError{"--since: neither a time (2026-01-31T10:00:00Z, 2026-01-31) nor an audit_id"};
  }
  return *since;
}

int run_audit_export(const Options& options, const Context& context) {
  const auto since = since_of(options);
  const auto setup = load_setup_without_secrets(context.config_file, Needs::database, std::cerr);
  if (!setup) {
    return k_exit_failed;
  }
  auto connection = open_database(setup->config);
  if (options.file) {
    export_to_file(connection, since, *options.file, context.json);
  } else {
    export_to_output(connection, since);
  }
  return k_exit_done;
}

}  // namespace

std::optional<AuditSince> parse_audit_since(std::string_view text) {
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error == std::errc{} && end == text.data() + text.size()) {
    return id > 0 ? std::optional{AuditSince{id}} : std::nullopt;
  }
  const auto time = parse_time(text);
  return time ? std::optional{AuditSince{*time}} : std::nullopt;
}

std::int64_t export_audit(store::Connection& connection, const AuditSince& since,
                          const std::function<void(std::string_view lines)>& write) {
  const std::int64_t last_id = complete_up_to(connection);
  store::AuditSnapshot snapshot{connection};
  std::int64_t after = begin_of(snapshot, since);
  std::int64_t count = 0;
  while (after < last_id) {
    std::string lines;
    for (const auto& entry : snapshot.read(after, k_chunk)) {
      after = entry.audit_id;
      if (entry.audit_id <= last_id) {
        lines += outbox::audit_line(entry);
        ++count;
      }
    }
    if (lines.empty()) {
      break;
    }
    write(lines);
  }
  return count;
}

void add_audit_export(CLI::App& audit, Context& context) {
  auto* command = audit.add_subcommand(
      "export",
      "Write the audit entries as lines of JSON, byte for byte those of the daemon's audit file");
  // Shared: filled while parsing and used by the callback, both after we return.
  const auto options = std::make_shared<Options>();
  command
      ->add_option("--since", options->since,
                   "The first entry: its audit_id, or the first recorded at or after a time "
                   "(2026-01-31T10:00:00Z; 2026-01-31 is midnight UTC). Default: all")
      ->type_name("TIME|AUDIT_ID");
  command
      ->add_option("--file", options->file,
                   "Write to this new file, not to the standard output. An existing file is never "
                   "overwritten")
      ->type_name("FILE");
  command->callback([options, &context] {
    context.run = [options, &context] { return run_audit_export(*options, context); };
  });
}

}  // namespace commands
