#include "http/body/job_log.h"

#include <exception>
#include <utility>
#include <vector>

#include "http/body/job_line.h"

namespace docket::http {

JobLog::~JobLog() {
  while (!held_.empty()) {
    release(held_.begin()->first, {});
  }
}

void JobLog::write(std::span<const StateTransition> changes) {
  // What is committed together goes out with one write for each log.
  std::map<std::string_view, std::string> logs;
  for (const auto& change : changes) {
    append_job_line(logs[change.record.origin.log], change);
  }
  for (const auto& [path, lines] : logs) {
    files_.append(std::string(path), lines);
  }
}

void JobLog::tell(std::span<const StateTransition> changes) noexcept {
  try {
    std::vector<StateTransition> now;
    {
      const std::lock_guard lock(mutex_);
      if (!held_.empty()) {
        for (const auto& change : changes) {
          const auto held = change.from ? held_.end() : held_.find(change.record.id);
          if (held != held_.end()) {
            held->second = change;
          } else {
            now.push_back(change);
          }
        }
        changes = now;
      }
    }
    write(changes);
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): without memory nothing can be told
  }
}

void JobLog::hold(const JobId& job) {
  const std::lock_guard lock(mutex_);
  held_.try_emplace(job);
}

void JobLog::release(const JobId& job, std::string_view client_name) noexcept {
  try {
    std::optional<StateTransition> change;
    {
      const std::lock_guard lock(mutex_);
      if (auto held = held_.extract(job)) {
        change = std::move(held.mapped());
      }
    }
    if (change) {
      change->record.origin.client_name = client_name;
      write({&*change, 1});
    }
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): as above
  }
}

}  // namespace docket::http
