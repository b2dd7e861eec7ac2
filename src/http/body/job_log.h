// docket_log: the files, and which lines wait.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/line_files.h"
#include "job/state_transition.h"

namespace docket::http {

/// Writes a line for each change of a job's state into the log that the job names. Owned by a process; safe to use from
/// any thread.
class JobLog {
 public:
  /// As for LineFiles.
  JobLog(bool make, std::function<void(std::string_view)> say) : files_(make, std::move(say)) {}

  ~JobLog();  ///< lines that still wait go out
  JobLog(const JobLog&) = delete;
  JobLog& operator=(const JobLog&) = delete;

  [[nodiscard]] LineFiles& files() noexcept { return files_; }

  /// For a StateListener.
  void tell(std::span<const StateTransition> changes) noexcept;

  /// The line of this job's acceptance, which is still to come, waits for release(): its client's name is looked up.
  void hold(const JobId& job);

  /// The line goes out, with the name; empty: there is none. Nothing happens where the job was not accepted.
  void release(const JobId& job, std::string_view client_name) noexcept;

 private:
  void write(std::span<const StateTransition> changes);

  LineFiles files_;
  std::mutex mutex_;  ///< of held_
  std::map<JobId, std::optional<StateTransition>> held_;
};

}  // namespace docket::http
