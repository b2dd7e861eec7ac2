// What lies in the spool, whatever the records say: for checks, clean-ups and counts. store/spool/spool.h tells the
// names.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/fd.h"
#include "job/job_id.h"
#include "job/outputs.h"

namespace docket {

/// What a file is, by its name.
struct SpoolName {
  JobId job;
  std::optional<std::uint32_t> input;  ///< the upload's number
  std::optional<std::uint32_t> log;    ///< the log's number
  OutputFile output_file;              ///< where it is neither

  /// Reads a name without its folder; nothing for one that no function of Spool makes.
  static std::optional<SpoolName> parse(std::string_view name);
};

struct JobFiles;  // store/store.h

/// Whether the job has this file, by its records. It is one of this job's name.
bool has_file(const JobFiles& job, const SpoolName& file) noexcept;

/// The ids of the jobs whose files lie in one folder of the spool.
struct SpoolRange {
  JobId first;
  JobId last;

  /// Of a job's folder.
  static SpoolRange of(const JobId& job) noexcept;
  /// Of "0192ab/cd"; nothing for what is no such path.
  static std::optional<SpoolRange> of_folder(std::string_view folder) noexcept;
  /// When the last of these jobs was, or will be, made: Unix milliseconds.
  [[nodiscard]] std::int64_t end_ms() const noexcept { return last.unix_ms(); }
};

/// Looks at a store's spool folder, and removes from it; never makes anything. Paths are relative to the spool folder.
/// Owned and used by one thread. Errors: io with the call and path; what has gone in the meantime is no error.
class SpoolFolder {
 public:
  /// not_found if the store has no spool folder.
  static Result<SpoolFolder> open(const std::string& store_path);

  /// The folders with jobs' files as "0192ab/cd", ascending, and the paths of all else that lies among them.
  struct Tree {
    std::vector<std::string> folders;
    std::vector<std::string> strangers;
  };
  [[nodiscard]] Result<Tree> tree() const;

  struct File {
    std::string name;  ///< without its folder
    std::uint64_t bytes = 0;
    std::int64_t modified_ms = 0;  ///< Unix milliseconds
    bool regular = true;           ///< false: a folder, a link, …

    friend bool operator==(const File&, const File&) = default;
  };
  /// Calls `visit` for all that lies in a folder, in no order. A folder that is not there is an empty one.
  Result<void> each_file(const std::string& folder, const std::function<void(File)>& visit) const;

  /// One file, without its name; nothing if there is none.
  [[nodiscard]] Result<std::optional<File>> find(const std::string& path) const;
  /// Opens a file for reading; nothing if there is none. Follows no symbolic link at the end.
  [[nodiscard]] Result<std::optional<Fd>> open_file(const std::string& path) const;

  /// Removes a file; none there is no error.
  Result<void> remove(const std::string& path) const;
  /// Removes a folder that is empty, and the one above it if that is empty then. Only where the last of its jobs is
  /// older than store/spool/spool.h demands; else, and if it is not empty, nothing happens.
  void remove_if_empty(const std::string& folder, std::int64_t now_ms) const;

 private:
  explicit SpoolFolder(Fd folder) noexcept : folder_(std::move(folder)) {}
  Result<void> each_name(const std::string& folder, const std::function<void(int, std::string)>& visit) const;

  Fd folder_;
};

}  // namespace docket
