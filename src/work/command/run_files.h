// What a command writes besides its output folder.
#pragma once

#include <cstdint>

#include "base/error.h"
#include "base/fd.h"
#include "job/job_id.h"
#include "store/spool/spool.h"
#include "work/command/work_folder.h"

namespace docket {

/// Its log and its result (standard output, or the answer of a program that stays), in a work folder, where it does not
/// come by itself. Used again for the next job of a program that stays. Most commands say nothing: so the log gets its
/// name in the spool when something stands in it. Owned and used by one pool thread.
class RunFiles {
 public:
  /// Makes both ready, empty, in `folder`, which is the same each time. Errors: store_full, io.
  Result<void> prepare(const WorkFolder& folder);

  [[nodiscard]] const Fd& log() const noexcept { return log_; }
  [[nodiscard]] const Fd& result() const noexcept { return result_; }

  /// Makes the log the job's, if something stands in it. Errors: store_full, io.
  Result<void> keep_log(Spool& spool, const JobId& job, std::uint32_t index, const WorkFolder& folder);

 private:
  Fd log_;
  Fd result_;
  bool log_is_kept_ = false;
};

}  // namespace docket
