// The files of an upload on their way into the spool.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/fd.h"
#include "job/job.h"
#include "nginx/conf/conf.h"
#include "nginx/worker/worker.h"
#include "store/spool/spool_writer.h"

namespace docket::ngx {

/// Writes what one upload sends into the spool under the name of its job, one file after the other. Owned by the
/// Upload; event loop only. Files that were not handed over are removed when it is destroyed.
class UploadFiles {
 public:
  UploadFiles(Worker& worker, const LocationConf& conf, const JobId& job) noexcept
      : worker_(worker), conf_(conf), job_(job) {}
  UploadFiles(const UploadFiles&) = delete;
  UploadFiles& operator=(const UploadFiles&) = delete;
  ~UploadFiles();

  /// A file begins: a part of a form, or the body itself.
  void begin(std::string_view filename, bool in_form);
  /// unsupported_type as soon as the type is known; too_many_files.
  Result<void> append(std::string_view bytes);
  /// empty_file where there was no byte; of a form's file input without a choice nothing is kept.
  Result<void> end();

  /// All that ended, in their order.
  [[nodiscard]] const std::vector<FileStatus>& all() const noexcept { return files_; }
  /// Whether one is so large that it is synced before it joins a group.
  [[nodiscard]] bool has_large() const noexcept { return large_; }

  /// The descriptors of all files. The caller owns the files from now on, and removes them where need be.
  std::vector<std::shared_ptr<Fd>> hand_over() noexcept;

  /// Removes what was written, and runs `then` once it is gone. False if that does not come: nothing was written, or
  /// there is no thread for it.
  bool remove(std::function<void()> then) noexcept;

 private:
  Result<void> create();
  [[nodiscard]] Result<void> check_type(MediaType type) const;
  void start_writeback();

  Worker& worker_;
  const LocationConf& conf_;
  JobId job_;
  std::vector<FileStatus> files_;
  std::vector<std::shared_ptr<Fd>> descriptors_;  ///< of files_
  std::optional<SpoolWriter> writer_;             ///< of the file that is being received, from its first byte on
  std::string filename_;                          ///< the same one's
  bool in_form_ = false;
  bool large_ = false;
  std::uint32_t created_ = 0;            ///< files in the spool that are ours to remove
  std::uint64_t writeback_started_ = 0;  ///< so many bytes of the file were given to the disk
};

}  // namespace docket::ngx
