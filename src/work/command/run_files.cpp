#include "work/command/run_files.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace docket {
namespace {

/// Empties a file, or makes it with `create`.
template <class Create>
Result<void> renew(Fd& file, Create create) {
  if (file) {
    return ::ftruncate(file.get(), 0) == 0 ? Result<void>() : fail_errno("ftruncate", errno);
  }
  auto created = create();
  if (!created) {
    return pass_on(created);
  }
  file = std::move(*created);
  return {};
}

}  // namespace

Result<void> RunFiles::prepare(const WorkFolder& folder) {
  if (std::exchange(log_is_kept_, false)) {
    log_.reset();
  }
  return renew(log_, [&] { return folder.create_log(); }).and_then([&] {
    return renew(result_, [&] { return folder.create_result(); });
  });
}

Result<void> RunFiles::keep_log(Spool& spool, const JobId& job, std::uint32_t index, const WorkFolder& folder) {
  struct stat info {};
  if (log_is_kept_ || ::fstat(log_.get(), &info) != 0 || info.st_size == 0) {
    return {};
  }
  auto kept = spool.adopt_log(job, index, folder.folder(), WorkFolder::log_name);
  log_is_kept_ = kept.has_value();
  return kept;
}

}  // namespace docket
