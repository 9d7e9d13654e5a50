#include "outbox/audit_exporter.hpp"

#include "runtime/log.hpp"
#include "store/failure.hpp"

namespace outbox {

AuditExporter::AuditExporter(std::filesystem::path path) : path_{std::move(path)} {
  if (!open()) {
    runtime::log_info("another process writes the compliance file: this one waits for its end");
  }
}

bool AuditExporter::open() {
  try {
    file_.emplace(path_);
    return true;
  } catch (const FileInUse&) {
    return false;
  }
}

bool AuditExporter::export_entries(store::Connection& connection) {
  try {
    if (!file_ && !open()) {
      return false;
    }
    const auto count = export_new_entries(connection, tail_, *file_);
    problem_.clear();
    return count >= k_audit_lines_per_pass_max;
  } catch (const store::Failure& failure) {
    if (failure.connection_lost()) {
      throw;
    }
    note(failure.what());
  } catch (const std::runtime_error& error) {
    note(error.what());
  }
  return false;
}

void AuditExporter::reopen() {
  if (!file_) {
    return;
  }
  try {
    file_->reopen();
    runtime::log_info("opened the compliance file anew");
  } catch (const std::runtime_error& error) {
    note(error.what());
  }
}

void AuditExporter::note(const std::string& problem) {
  if (problem_ != problem) {
    problem_ = problem;
    runtime::log_error("the compliance file cannot be written for now", {{"error", problem}});
  }
}

}  // namespace outbox
