// Where files lie. Under the store's folder:
//
//   lmdb/                         the environment; lmdb.damaged-DATE: one that a loss of power has left, set aside
//   unsynced                      whether all of it is on the disk, see store/recovery/unsynced_mark.h
//   run/                          lease files, slots, wakeups: nothing here outlives the processes
//   spool/0192ab/cd/              two folders from the id's 48 bits of milliseconds: the upper is named by their first
//                                 24 bits (6 hex digits), the lower by the next 8 (2 digits). A lower folder is for
//                                 the jobs of 65.536 s, an upper one for 256 of these (4 h 40 min).
//     <id>.in.<n>                 upload n
//     <id>.pages                  all ranges append their pages here, each page in one write
//     <id>.out.<seq>-<attempt>    one unit's own output
//     <id>.log.<n>                what the command said that worked on upload n; 0 where it worked on all
//   work/<id>.<seq>-<attempt>/    where the command of a unit works, as long as it does (work/command)
//
// A file gets its final name when it is created; a record makes it real; what has none the reaper removes. The reaper
// may remove an empty folder, but only one whose time is an hour past or more: sync_folders() remembers the folders
// that it knows to be durable.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/fd.h"
#include "job/job.h"
#include "job/outputs.h"

namespace docket {

/// Names, creates, opens, syncs and removes the spool's files. Keeps a descriptor of spool/; safe on any thread. Owned
/// by the worker; movable before others use it.
///
/// Errors: store_full where the disk is, else io with the call and path. Every descriptor is close-on-exec and follows
/// no symbolic link at its end.
class Spool {
 public:
  /// Makes what is missing of the folders `store_path`, run/, spool/ and work/ (mode 0700). `sync` off makes
  /// sync_folders() do nothing.
  static Result<Spool> open(const std::string& store_path, bool sync);

  Spool(Spool&&) noexcept;
  Spool& operator=(Spool&&) noexcept;
  ~Spool();

  /// Of the name of an upper folder, in characters.
  static constexpr std::size_t upper_length = 6;

  /// Paths relative to the spool folder.
  static std::string folder_of(const JobId& job);  ///< "0192ab/cd", see above
  static std::string input_path(const JobId& job, std::uint32_t index);
  static std::string output_path(const JobId& job, const OutputFile& output_file);
  static std::string log_path(const JobId& job, std::uint32_t index);

  /// The absolute path of a relative one, for nginx, which opens result files by name.
  [[nodiscard]] std::string absolute(std::string_view relative) const;

  /// Creates an upload's file for writing (O_EXCL, mode 0600), and its folders if need be. One system call, or four in
  /// a new folder, no sync: may be called on an event loop.
  Result<Fd> create_input(const JobId& job, std::uint32_t index);
  /// Opens an output file for writing with O_APPEND; creates it (and its folders) if need be.
  Result<Fd> open_for_append(const JobId& job, const OutputFile& output_file);
  /// Creates an output file for writing, which there was none of.
  Result<Fd> create_output(const JobId& job, const OutputFile& output_file);
  /// Makes the regular file `name` in the folder open as `folder`, on the same file system, an output file, which there
  /// was none of.
  Result<void> adopt(const JobId& job, const OutputFile& output_file, int folder, const std::string& name);
  /// The same for a log; that of an earlier try goes, and a try that lost its lease may go on writing to it.
  Result<void> adopt_log(const JobId& job, std::uint32_t index, int folder, const std::string& name);
  /// Open for reading; not_found where there is no such file.
  [[nodiscard]] Result<Fd> open_input(const JobId& job, std::uint32_t index) const;
  [[nodiscard]] Result<Fd> open_output(const JobId& job, const OutputFile& output_file) const;
  [[nodiscard]] Result<Fd> open_log(const JobId& job, std::uint32_t index) const;

  /// Gives output_files of `from` to `to` under its own name as well: the same file, whichever of the two is removed
  /// first. Errors: io with call and path; some of the links may be there then.
  Result<void> link_outputs(const JobId& from, const JobId& to, std::span<const OutputFile> output_files);

  /// Makes the names in the jobs' folders durable, and the folders themselves: each folder is synced once a call, and
  /// the folders above only the first time. Blocks. (The files' contents are synced by who wrote them: fdatasync on
  /// their descriptors.)
  Result<void> sync_folders(std::span<const JobId> jobs);

  /// Writes a few bytes to a file without a name, as far as the file system has such, and looks whether the folder is
  /// still where it was: store_full, io. Blocks.
  Result<void> probe();

  /// Removes one file; none there is no error. `relative` is a path that one of the functions above made.
  Result<void> remove(std::string_view relative);

  /// Removes a job's files by name: inputs 0 … `inputs` - 1, their logs, the pages file and `outputs`. Those that are
  /// not there are passed over; all are tried, the first error is returned. What tries left that lost their lease is
  /// not known by name and is the reaper's: a folder may hold 100,000 files and is not read for one job.
  Result<void> remove_job(const JobId& job, std::uint32_t inputs, std::span<const OutputFile> outputs);

 private:
  struct State;
  explicit Spool(std::unique_ptr<State> state) noexcept;

  std::unique_ptr<State> state_;
};

}  // namespace docket
