#include "commands/audit_file_check.hpp"

#include <algorithm>
#include <optional>

#include "commands/audit_file_lines.hpp"
#include "outbox/audit_file.hpp"
#include "outbox/audit_line.hpp"
#include "providers/json.hpp"
#include "store/audit_lines.hpp"

namespace commands {
namespace {

// The database's side: one entry ahead, memory for one chunk.
class Entries {
 public:
  Entries(store::AuditSnapshot& snapshot, std::int64_t after)
      : snapshot_{snapshot}, after_{after} {}

  /// The next entry, until it is skipped; nullptr: there are no more.
  const store::AuditEntryRow* peek() {
    constexpr std::size_t k_chunk = 1000;
    if (at_ == chunk_.size() && !is_at_end_) {
      chunk_ = snapshot_.read(after_, k_chunk);
      at_ = 0;
      is_at_end_ = chunk_.empty();
      after_ = is_at_end_ ? after_ : chunk_.back().audit_id;
    }
    return is_at_end_ ? nullptr : &chunk_[at_];
  }

  void skip() { ++at_; }

 private:
  store::AuditSnapshot& snapshot_;
  std::int64_t after_;
  std::vector<store::AuditEntryRow> chunk_;
  std::size_t at_ = 0;
  bool is_at_end_ = false;
};

std::string describe_difference(const std::string& line, const std::string& expected) {
  const auto found = providers::parse_object(line);
  const auto wanted = providers::parse_object(expected);
  if (found.state != providers::JsonState::whole) {
    return "the line is not the entry: it is damaged";
  }
  std::string names;
  for (const auto& [name, value] : wanted.value.items()) {
    const auto field = found.value.find(name);
    if (field == found.value.end() || *field != value) {
      names += (names.empty() ? "" : ", ") + name;
    }
  }
  return names.empty() ? "the line is the entry, but not as it was written"
                       : "the line is not the entry: it differs in " + names;
}

class Comparison {
 public:
  Comparison(store::Connection& connection, const AuditFileCheck& check, AuditFileReport& report)
      : check_{check}, report_{report}, snapshot_{connection} {}

  void step(const AuditFileLine& line) {
    ++report_.line_count;
    const auto id = outbox::audit_id_of(line.text);
    if (line.is_torn) {
      fail(line, id.value_or(0), "the file ends in the middle of this line");
    } else if (line.is_too_long || !id) {
      fail(line, 0, "the line is not an audit entry");
    } else if (*id <= last_id_) {
      fail(line, *id,
           *id == last_id_ ? "the entry stands twice"
                           : "the entry stands behind entry " + std::to_string(last_id_) +
                                 ": out of order, or twice");
    } else {
      take(line, *id);
    }
  }

  // Once more after the last line.
  void end() {
    if (!entries_) {
      // After a rotation the file is empty, and begins where the older one ended.
      last_id_ = outbox::read_position_file(check_.files.back());
      entries_.emplace(snapshot_, last_id_);
    }
    for (; const auto* entry = entries_->peek(); entries_->skip()) {
      if (!entry->recorded_at || check_.now - *entry->recorded_at > check_.delay_max) {
        fail_missing(entry->audit_id, check_.files.back());
      }
    }
  }

 private:
  void take(const AuditFileLine& line, std::int64_t id) {
    if (!entries_) {
      entries_.emplace(snapshot_, id - 1);
    }
    const store::AuditEntryRow* entry = entries_->peek();
    for (; entry != nullptr && entry->audit_id < id; entry = entries_->peek()) {
      fail_missing(entry->audit_id, check_.files[line.file]);
      entries_->skip();
    }
    if (entry == nullptr || entry->audit_id != id) {
      fail(line, id, "the database has no such entry");
    } else {
      compare(line, *entry);
      entries_->skip();
    }
    last_id_ = id;
  }

  void compare(const AuditFileLine& line, const store::AuditEntryRow& entry) {
    const auto expected = outbox::audit_line(entry);
    if (line.text != expected) {
      fail(line, entry.audit_id, describe_difference(line.text, expected));
    }
  }

  void fail(const AuditFileLine& line, std::int64_t id, std::string fault) {
    keep({check_.files[line.file].string(), line.number, id, std::move(fault)});
  }

  void fail_missing(std::int64_t id, const std::filesystem::path& file) {
    keep({file.string(), 0, id, "the entry is missing in the file"});
  }

  void keep(AuditFileFault fault) {
    ++report_.fault_count;
    if (report_.faults.size() < k_audit_file_faults_kept) {
      report_.faults.push_back(std::move(fault));
    }
  }

  const AuditFileCheck& check_;
  AuditFileReport& report_;
  store::AuditSnapshot snapshot_;
  std::optional<Entries> entries_;
  std::int64_t last_id_ = 0;
};

}  // namespace

AuditFileReport check_audit_files(store::Connection& connection, const AuditFileCheck& check) {
  AuditFileReport report;
  // The files' ends first: a line written between here and the snapshot would have no entry in it.
  AuditFileLines lines{check.files};
  Comparison comparison{connection, check, report};
  while (const auto line = lines.next()) {
    comparison.step(*line);
  }
  comparison.end();
  return report;
}

}  // namespace commands
