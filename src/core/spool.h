// Where files lie. Under the store's folder:
//
//   lmdb/                         the environment
//   run/                          lease files, slots, bells: nothing here outlives the processes
//   spool/0192ab34/cd/            two folders from the id's time: one for each 65.5 s, 256 of them in the upper
//     <id>.in.<n>                 upload n
//     <id>.pages                  all ranges append their pages here, each page in one write
//     <id>.out.<seq>-<attempt>    one unit's own output
//
// A file gets its final name when it is created; a record makes it real; what has none the reaper removes.
#pragma once

#include <cstdint>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/fd.h"
#include "core/job.h"

namespace docket {

/// Names, creates, opens, syncs and removes the spool's files. Keeps a descriptor of spool/; safe on any thread.
class Spool {
 public:
  /// Makes what is missing of the folders under `store_path` (mode 0700). `sync` off makes sync() do nothing.
  static Result<Spool> open(const std::string& store_path, bool sync);

  /// Paths relative to the spool folder.
  static std::string folder_of(const JobId& job);  ///< "0192ab34/cd" — see above
  static std::string input_path(const JobId& job, std::uint32_t index);
  static std::string container_path(const JobId& job, const Container& container);

  /// The absolute path of a relative one, for nginx, which opens result files by name.
  [[nodiscard]] std::string absolute(std::string_view relative) const;

  /// Creates an upload's file for writing (O_EXCL, mode 0600), and its folders if need be. Two or three system calls,
  /// no sync: may be called on an event loop.
  Result<Fd> create_input(const JobId& job, std::uint32_t index);
  /// Opens a container for writing with O_APPEND; creates it (and its folders) if need be.
  Result<Fd> open_for_append(const JobId& job, const Container& container);
  Result<Fd> open_input(const JobId& job, std::uint32_t index);
  Result<Fd> open_container(const JobId& job, const Container& container);

  /// Makes the jobs' folders, and the folders above that were made since, durable: each folder is synced once.
  /// (The files themselves are synced by who wrote them: fdatasync on their descriptors.)
  Result<void> sync_folders(std::span<const JobId> jobs);

  /// Removes one file; none there is no error.
  Result<void> remove(std::string_view relative);

  /// Removes every file of a job: inputs, pages, all outputs, whatever the attempt. Reads the job's folder once.
  Result<void> remove_job(const JobId& job);

 private:
  // Implementation's choice; movable.
};

}  // namespace docket
