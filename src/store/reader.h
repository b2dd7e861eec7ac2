// What can be asked of a store.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/sha256.h"
#include "job/codec/codec.h"
#include "job/delivery.h"
#include "job/job.h"
#include "job/job_event.h"
#include "job/outputs.h"
#include "job/quota.h"
#include "job/unit.h"
#include "store/queue_counts.h"

namespace docket {

/// What a listing is restricted to.
struct ListQuery {
  std::optional<std::string> owner{};  ///< nothing: all owners
  std::uint8_t states = 0x0F;          ///< bit mask over State
  std::optional<JobId> before{};       ///< only jobs older than this one: the cursor
  std::uint32_t limit = 100;
};

/// What most callers want to know of a job: whose it is, and how far.
struct JobSummary {
  StatusHead head;
  std::string owner;
};

/// Which files a job has, by its records.
struct JobFiles {
  struct Input {
    std::uint64_t size = 0;
    Sha256 sha256{};
  };
  struct Reach {
    OutputFile output_file;
    std::uint64_t bytes = 0;        ///< where the last committed section of it ends
    std::vector<Section> summed{};  ///< the sections that have a sum
  };

  JobId id;
  State state = State::pending;
  std::vector<Input> inputs;        ///< none where they are not kept
  std::vector<Reach> output_files;  ///< those that committed sections stand in, each once
  bool readable = true;             ///< false: a record is damaged, and there may be more files than these
};

/// Where a reader of changes has got to.
struct ChangesRead {
  std::uint64_t last = 0;  ///< the number of the last one that was shown, or from where it was looked
  bool more = false;       ///< there are more behind it
  bool gap = false;        ///< some behind where it was looked from are not kept any more: none was shown
};

/// A read-only look at the store. Made by Store::reader(); belongs to one thread; every call is one short snapshot and
/// no snapshot is open between calls. Views given to a visitor die when it returns; a visitor does not use the reader.
class StoreReader {
 public:
  StoreReader() = default;
  StoreReader(const StoreReader&) = delete;
  StoreReader& operator=(const StoreReader&) = delete;
  virtual ~StoreReader() = default;

  /// The fixed part of a job's status, and its owner. not_found for an unknown job.
  virtual Result<JobSummary> summary(const JobId& job) = 0;

  /// A job's status and, if it has any, its fields (a JSON object, else empty); of a job that is not final also the
  /// counts of its pool (else zeros: it has no place in the line). not_found for an unknown job.
  virtual Result<void> status(
      const JobId& job,
      const std::function<void(const StatusView&, std::string_view fields, const QueueCounts&)>& visit) = 0;

  /// The job's final outputs; not_found while there are none.
  virtual Result<Outputs> outputs(const JobId& job) = 0;

  /// One page's record; not_found while it is not done.
  virtual Result<PageRecord> page(const JobId& job, std::uint16_t file, std::uint32_t page) = 0;

  virtual Result<JobRecord> record(const JobId& job) = 0;

  /// The newest jobs first. Looks at no more than `max_looked_at` index entries, whatever matches.
  /// Returns the id to go on `before`, nothing at the end.
  virtual Result<std::optional<JobId>> list(const ListQuery& query,
                                            const std::function<void(const JobId&, const StatusView&)>& visit) = 0;

  virtual Result<QueueCounts> counts(std::uint8_t pool) = 0;

  /// What the files of all jobs come to, in bytes. What tries left that came to nothing is not counted.
  virtual Result<std::uint64_t> stored_bytes() = 0;

  /// Jobs whose time is over at `now_ms`, the longest ago first.
  virtual Result<std::vector<JobId>> expired(std::int64_t now_ms, std::uint32_t limit) = 0;

  /// How many jobs there are of this owner; nothing: of all.
  virtual Result<StateCounts> states(const std::optional<std::string>& owner) = 0;

  /// The number of the last change there was; 0: none yet.
  virtual Result<std::uint64_t> last_change() = 0;

  /// Shows the changes whose numbers are above `after`, in order and no more than `limit`. Numbers are consecutive.
  virtual Result<ChangesRead> changes(std::uint64_t after, std::uint32_t limit,
                                      const std::function<void(std::uint64_t number, const JobEvent&)>& visit) = 0;

  /// How far the job's callback is; nothing for a job that has none, or is not final.
  virtual Result<std::optional<Delivery>> delivery(const JobId& job) = 0;

  /// When the next callback is due that there is room for; nothing if none waits.
  virtual Result<std::optional<std::int64_t>> next_delivery(const SendingRoom& room) = 0;

  /// Who holds units, or callbacks, at the moment.
  virtual Result<std::vector<Holder>> holders() = 0;

  /// All units held at the moment.
  virtual Result<std::vector<Lease>> leases() = 0;

  /// Which files the jobs from `first` to `last` have, in the order of their ids. Takes as many short snapshots as it
  /// needs, so that a job may be gone, or further, when it is looked at again. Returns the first id behind `last`,
  /// nothing at the end.
  virtual Result<std::optional<JobId>> files(const JobId& first, const JobId& last,
                                             const std::function<void(JobFiles)>& visit) = 0;

  static constexpr std::uint32_t max_looked_at = 10'000;
};

}  // namespace docket
