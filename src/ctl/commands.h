// What docketctl does: each command takes a live store and gives its whole answer as a text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "host/membership.h"
#include "job/job_id.h"
#include "store/committer.h"
#include "store/store.h"

namespace docket::ctl {

enum class Output : std::uint8_t { text, json };

/// A store that is open, and its folder. Owned by main().
struct Place {
  const std::string& folder;
  Store& store;
  Committer& committer;  ///< tells nginx's workers what waits
  Membership& membership;
};

/// What a command says.
struct Answer {
  std::string text;
  bool good = true;  ///< false: something is not as it should be, and the exit code says so
};

struct ListOptions {
  std::uint32_t limit = 100;
  std::uint8_t states = 0x0F;        ///< bit mask over State
  std::optional<std::string> owner;  ///< nothing: of any owner
  Output output = Output::text;
};

/// The newest jobs as a table, or as the body of /tasks. Takes as many short looks at the store as it needs.
Result<std::string> list(StoreReader& reader, const ListOptions& options);

/// All about one job, or its status body. not_found for an unknown one.
Result<std::string> show(StoreReader& reader, const JobId& job, Output output);

/// How many jobs, units and files there are, who works, and how full the store is.
Result<Answer> stats(const Place& place, Output output);

/// Which jobs purge() removes: final ones that meet all of these.
struct PurgeOptions {
  std::int64_t older_than_ms = 0;    ///< final for so long
  std::uint8_t states = 0x0F;        ///< bit mask over State; those that are not final do not matter
  std::optional<std::string> owner;  ///< nothing: of any owner
  bool dry_run = false;              ///< only say what would be removed
};

/// Removes final jobs, their records first, then all their files. In small transactions: what runs is held up for
/// milliseconds. Ended in the middle it has removed some jobs, and may leave files that check() finds.
Result<Answer> purge(const Place& place, const PurgeOptions& options);

struct RequeueOptions {
  std::vector<JobId> jobs;  ///< units of these, held or not: their holders find their leases lost
  bool dead = false;        ///< all units that are held by dead workers
};

/// Gives back units, so that they wait again. Not good: a job that is not there, or final.
Result<Answer> requeue(const Place& place, const RequeueOptions& options);

/// Gives back all units of dead workers, and removes their lease files; returns how many units.
Result<std::uint32_t> requeue_dead(const Place& place);

struct CheckOptions {
  bool repair = false;              ///< mend what can be mended; the store must be open for writing
  bool quick = false;               ///< do not read the files
  std::int64_t age_ms = 3'600'000;  ///< files written to since then are left alone
};

/// Proves that tables and files of a store, in use or not, are as they should be. Not good: there are problems, or
/// after a repair problems are left. Each is a line, of which 100 are told; the last line is counts.
Result<Answer> check(const Place& place, const CheckOptions& options);

}  // namespace docket::ctl
