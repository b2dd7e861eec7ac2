// The program of a command with workers=N, from one job to the next.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/error.h"
#include "job/work.h"
#include "protocol/launch.h"
#include "work/command/launch_client.h"
#include "work/command/run_files.h"
#include "work/command/work_folder.h"

namespace docket {

/// A program that stays and its folder. Owned and used by one pool thread.
class KeptProgram {
 public:
  KeptProgram() = default;
  KeptProgram(const KeptProgram&) = delete;
  KeptProgram& operator=(const KeptProgram&) = delete;
  ~KeptProgram() { end(); }

  /// The running program if one for `work` and `limits` would be started with the same and its file is the same as at
  /// its start, else a new one, before which `on_start` is called; the old one is ended. Null: none can be started at
  /// the moment. Errors: store_full, io. Blocks.
  Result<StayingProgram*> get(LaunchClient& launcher, const std::string& store_path, const CommandWork& work,
                              const Limits& limits, const std::function<bool()>& stop,
                              const std::function<void()>& on_start);

  /// Its folder, while there is one, and the files of its job there.
  [[nodiscard]] const WorkFolder& folder() const { return *folder_; }
  [[nodiscard]] RunFiles& files() { return files_; }
  [[nodiscard]] bool is_ready() const { return program_ && program_->is_ready(); }
  /// Removes what its job has left, if it is still there.
  void tidy() const;
  /// Ends it. Blocks for as long as that takes.
  void end();

 private:
  launch::Request request_;  ///< what it was started with
  std::string file_;         ///< what tells one version of the program's file from another
  std::optional<WorkFolder> folder_;
  RunFiles files_;
  std::unique_ptr<StayingProgram> program_;
};

}  // namespace docket
