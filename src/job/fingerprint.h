// What jobs with the same results have in common.
#pragma once

#include <span>

#include "base/sha256.h"
#include "job/job.h"

namespace docket {

/// A digest of all that decides a job's results: whose it is, its files' bytes, its options, the limits that may leave
/// something out, and the version of Docket. A file's name is part of the results where there are several files or a
/// format has it as its title, and of this. SHA-256, so that no file can be made that gets another's results.
Sha256 fingerprint_of(const JobRecord& record, std::span<const FileStatus> files);

}  // namespace docket
