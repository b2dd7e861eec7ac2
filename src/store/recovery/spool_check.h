// Whether the spool's files are those that the records name, of a store that may be in use.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "store/spool/spool_folder.h"
#include "store/store.h"

namespace docket {

struct SpoolCheckOptions {
  bool quick = false;           ///< sizes only: no file is read
  std::int64_t now_ms = 0;      ///< Unix milliseconds
  std::int64_t min_age_ms = 0;  ///< a file written to since then may belong to what is only about to be recorded
};

/// One thing that is not as it should be.
struct SpoolProblem {
  enum class Kind : std::uint8_t {
    damaged,   ///< a file that a job has is missing, or not what it was
    orphan,    ///< a file whose job does not exist
    stranger,  ///< what Docket did not make, or not in this place
  };
  Kind kind = Kind::damaged;
  JobId job;         ///< of damaged
  State state{};     ///< of that job
  std::string path;  ///< of the others: the file
  std::uint64_t bytes = 0;
  std::string sentence;  ///< without a full stop
};

struct SpoolReport {
  std::uint64_t jobs = 0;
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  std::vector<SpoolProblem> problems;

  struct Leftover {
    std::string path;
    std::uint64_t bytes = 0;
  };
  /// Files of final jobs that no record names: of tries that came to nothing, and uploads not kept.
  std::vector<Leftover> leftovers;
};

/// Walks all jobs and all folders of the spool, each once, in short snapshots. Nothing is a problem that has become
/// right, or gone, when it is looked at again. Uploads that are kept are read and hashed, unless options.quick is set.
Result<SpoolReport> check_spool(StoreReader& reader, const SpoolFolder& spool, const SpoolCheckOptions& options);

}  // namespace docket
