// Who is alive: each worker holds an open-file-description lock on a randomly named file in run/ while it lives. The
// kernel releases it when the process ends, however it ends: so neither pids nor clocks are compared.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/fd.h"
#include "job/unit.h"

namespace docket {

/// This process's lease file. Made in init_process, destroyed (file removed) in exit_process; after a kill the file
/// stays behind, unlocked, until release_dead() removes it.
class LeaseFile {
 public:
  /// Creates `run_folder`/lease.<hex of a random holder> with O_CLOEXEC and locks it (F_OFD_SETLK, write). `note` is
  /// written into it for others to read.
  static Result<LeaseFile> create(const std::string& run_folder, std::string_view note = {});

  LeaseFile(LeaseFile&&) noexcept;
  LeaseFile& operator=(LeaseFile&&) noexcept;
  ~LeaseFile();  ///< removes the file, then unlocks

  [[nodiscard]] const Holder& holder() const noexcept { return holder_; }
  /// Whether the file still has its name: without it others take the holder for dead.
  [[nodiscard]] bool is_there() const noexcept;

 private:
  LeaseFile() = default;
  Holder holder_;
  std::string path_;
  Fd fd_;
};

/// The notes in all lease files of the living.
std::vector<std::string> living_lease_notes(const std::string& run_folder);

/// Whether the process that made this lease has ended: its file is gone, or unlocked.
bool is_dead(const std::string& run_folder, const Holder& holder);

/// Removes unlocked lease files, and those of requests that died with their worker (job/idempotency.h); unlinks only
/// under the lock and after comparing the inode with the name's.
void remove_dead_lease_files(const std::string& run_folder);

}  // namespace docket
