// The embedded store. Tables of the one environment in <store>/lmdb/ (integers in keys are big-endian):
//
//   meta      "schema" → version (u32)
//   jobs      id → JobRecord
//   status    id → Status; walked backwards: all jobs, newest first
//   fields    id → the client's fields, a JSON object
//   secrets   id → the documents' password, sealed (host/secret_box.h); until the job is final
//   units     id seq → PlacedUnit: one for each living unit, and whether it waits or who holds it
//   fifo      taker pool priority place seq → id: the waiting units. A line is what begins with the same taker, pool
//             and priority. `place` is the number of the job's first unit: a job's units stand together, and jobs in
//             the order they came
//   ring      pool priority turn taker → nothing: the lines that have units; the first of a pool is served next and
//             then gets the highest turn, so takers take turns by units
//   ring_of   taker pool priority → LineTurn: where a line stands in the ring, and which of its jobs had the last turn,
//             so that jobs take turns by units, too. In both exactly while the line has units
//   leased    holder seq → id attempt: the units at work
//   delayed   time seq → id: units that wait for a time (Unit::not_before_s), and are in no line until then
//   pages     id file page → PageRecord
//   outputs   id → Outputs
//   sizes     id → bytes of the job's files (u64)
//   by_owner  owner ~id → nothing: an owner's jobs, newest first
//   expiry    time id → nothing, for jobs with expires_ms
//   counters  "n" → Numbers; "p" pool → QueueCounts; "o" owner → StateCounts; "a" → StateCounts of all; "b" → bytes of
//             all jobs' files
//   once      IdempotencyKey → id, SHA-256 of the request's content: as long as the job is there
//   once_of   id → IdempotencyKey
//   originals fingerprint (job/fingerprint.h) → id of the last job completed with these results and no warning
//   callbacks id → Callback: where the job's end is reported
//   deliveries  id → Delivery, for final jobs with a callback
//   outbox    receiver time id → nothing: the deliveries that wait, each receiver's in a line
//   outbox_heads  time receiver → nothing: the first of each of these lines
//   sending   holder id → nothing: the deliveries that are being sent
//   changes   number → ChangeRun: the events up to this number and from behind the entry before on; the oldest are
//             removed. A job's last number is its status's `change`: the ETag
//
// An owner in a key is the 16 bytes of OwnerKey; so is a taker, who is an owner, or the client of jobs without one
// (job/turn_key.h). Nothing here walks a queue: a claim looks at the first entry of the ring, for each priority, and
// at two of its line.
#include "store/lmdb/lmdb_store.h"

#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <mutex>
#include <utility>

#include "base/folder.h"
#include "store/apply/applier.h"
#include "store/lmdb/lmdb_reader.h"
#include "store/lmdb/lmdb_transaction.h"
#include "store/lmdb/repair/lmdb_check.h"
#include "store/lmdb/repair/lmdb_repair.h"

namespace docket {
namespace {

/// How full the map is. LMDB tells cheaply how far it ever reached; how much of that is free again takes a walk, which
/// is done only where the answer matters, and once a second. Safe on any thread.
class Gauge {
 public:
  /// Counts free pages if the map has been reached far enough and the last count is old.
  void refresh(lmdb::Env& env) {
    const auto use = env.map_use();
    if (reached_share(use) < full_share) {
      return;
    }
    const std::unique_lock lock(counting_, std::try_to_lock);
    const auto now = std::chrono::steady_clock::now();
    if (!lock || (counted_ && now - counted_at_ < std::chrono::seconds(1) && !moved_on(use))) {
      return;
    }
    if (const auto free = env.free_bytes()) {
      free_bytes_.store(*free, std::memory_order_relaxed);
      counted_ = true;
      counted_at_ = now;
      counted_reached_ = use.reached_bytes;
    }
  }

  [[nodiscard]] double used_share(const lmdb::Env& env) const {
    const auto use = env.map_use();
    const auto reached = reached_share(use);
    if (reached < full_share) {
      return reached;
    }
    const auto free = std::min(free_bytes_.load(std::memory_order_relaxed), use.reached_bytes);
    return static_cast<double>(use.reached_bytes - free) / static_cast<double>(use.map_bytes);
  }

 private:
  static double reached_share(const lmdb::MapUse& use) {
    return use.map_bytes == 0 ? 0 : static_cast<double>(use.reached_bytes) / static_cast<double>(use.map_bytes);
  }
  /// New pages are taken where the free ones do not do: what was counted no longer holds.
  [[nodiscard]] bool moved_on(const lmdb::MapUse& use) const {
    return use.reached_bytes - std::min(use.reached_bytes, counted_reached_) > use.map_bytes / 128;
  }

  std::mutex counting_;  ///< of the three below
  bool counted_ = false;
  std::chrono::steady_clock::time_point counted_at_;
  std::uint64_t counted_reached_ = 0;
  std::atomic<std::uint64_t> free_bytes_{0};
};

template <class Kind>
bool has(std::span<const Command> changes) noexcept {
  return std::any_of(changes.begin(), changes.end(),
                     [](const Command& change) { return std::holds_alternative<Kind*>(change); });
}

/// On a disk with less room than this a write may well come out short.
constexpr std::uint64_t little_room = std::uint64_t{4} << 20U;

class LmdbStore final : public Store {
 public:
  LmdbStore(std::shared_ptr<LmdbEnvironment> environment, const LmdbOptions& options)
      : environment_(std::move(environment)), options_(options) {
    gauge_.refresh(environment_->env);
  }

  // What the handler does cannot throw: an error without a detail is copied without memory.
  // NOLINTNEXTLINE(bugprone-exception-escape)
  void commit(std::span<const Command> changes) noexcept override {
    try {
      commit_together(changes);
    } catch (const std::exception&) {  // out of memory; the transaction was aborted on the way here
      refuse(changes, Error{ErrorCode::store_unavailable, {}});
    }
  }

  std::unique_ptr<StoreReader> reader() override { return std::make_unique<LmdbReader>(environment_); }

  Health health() override {
    Health health;
    health.used_share = gauge_.used_share(environment_->env);
    if (broken_.load(std::memory_order_acquire)) {
      health.detail = broken_by_;
    } else if (options_.read_only) {
      health.detail = "the store was opened for reading only";
    } else {
      health.writable = true;
      if (health.used_share >= full_share) {
        health.detail = no_room(health.used_share).detail;
      }
    }
    return health;
  }

  Result<std::vector<std::string>> check() { return check_tables(*environment_); }

  Result<std::vector<std::string>> repair(std::int64_t now_ms) {
    if (auto writable = check_writable(); !writable) {
      return pass_on(writable);
    }
    std::vector<StateTransition> told;
    auto mended = repair_tables(*environment_, now_ms, told);
    if (mended && options_.told) {
      tell(told);
    }
    if (!mended && mended.error().code == ErrorCode::store_unavailable) {
      break_with(mended.error().detail);
    }
    return mended;
  }

 private:
  static Error no_room(double share) {
    return {ErrorCode::store_full, "the store is " + std::to_string(std::lround(share * 100)) +
                                       " % full, no new jobs are taken from 90 % on (docket_store map_size=)"};
  }

  static void refuse(std::span<const Command> changes, const Error& error) {
    for (const auto& change : changes) {
      std::visit([&](auto* one) { one->result = fail(error); }, change);
    }
  }

  void commit_together(std::span<const Command> changes) {
    auto done = transaction(changes);
    if (done) {
      return;
    }
    if (changes.size() == 1 || done.error().code == ErrorCode::store_unavailable) {
      refuse(changes, done.error());
      return;
    }
    // One of them did not fit, or met damage: what it is must not keep the others, deletes above all, from their end.
    for (std::size_t i = 0; i < changes.size(); ++i) {
      const auto one = changes.subspan(i, 1);
      if (auto alone = transaction(one); !alone) {
        refuse(one, alone.error());
      }
    }
  }

  Result<void> check_writable() const {
    if (options_.read_only) {
      return fail(ErrorCode::store_unavailable, "the store was opened for reading only");
    }
    if (broken_.load(std::memory_order_acquire)) {
      return fail(ErrorCode::store_unavailable, broken_by_);
    }
    return {};
  }

  Result<void> transaction(std::span<const Command> changes) {
    if (auto writable = check_writable(); !writable) {
      return writable;
    }
    auto done = try_transaction(changes);
    if (!done && done.error().code == ErrorCode::store_unavailable) {
      // LMDB says EIO, too, of a write that came out short, which is how a disk says first that it is full. Nothing is
      // lost then but this transaction.
      const auto room = environment_->env.disk_room();
      if (room && *room < little_room) {
        return fail(ErrorCode::store_full, "The disk of docket_store is full (" + done.error().detail + ").");
      }
      break_with(done.error().detail);
    }
    return done;
  }

  Result<void> try_transaction(std::span<const Command> changes) {
    auto& env = environment_->env;
    if (has<RecoverHolder>(changes)) {
      // A worker died, and its readers with it, whose snapshots would keep pages from being used again. If it cannot be
      // done now, the next one that opens the store or finds no free slot does it.
      static_cast<void>(env.clear_dead_readers());
    }
    LmdbTransaction::Options limits{.no_room = {}, .environment_bytes = 0, .kept_events = options_.kept_changes};
    gauge_.refresh(env);
    if (has<AcceptJob>(changes)) {
      limits.environment_bytes = env.map_use().reached_bytes;
      if (const auto share = gauge_.used_share(env); share >= full_share) {
        limits.no_room = no_room(share);
      }
    }
    auto txn = env.begin_write();
    if (!txn) {
      return pass_on(txn);
    }
    LmdbTransaction transaction(std::move(*txn), environment_->tables, std::move(limits));
    Applier applier(transaction, static_cast<bool>(options_.told));
    applier.apply(changes);
    auto committed = transaction.commit();
    if (committed) {
      tell(applier.transitions());
      if (applier.has_posted()) {
        notify_delivery();
      }
    }
    return committed;
  }

  /// A listener that fails does not fail the commit, which is made.
  void tell(std::span<const StateTransition> changes) const noexcept {
    try {
      if (!changes.empty()) {
        options_.told(changes);
      }
    } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): the listener has no memory, nor have we
    }
  }

  /// After a failed sync it is not known what is on the disk: the kernel has forgotten the pages it could not write,
  /// and a later sync would succeed without them. So nothing is written until the environment is opened again.
  void break_with(const std::string& reason) {
    const std::lock_guard lock(breaking_);
    if (!broken_.load(std::memory_order_relaxed)) {
      broken_by_ = "the store takes no more writes until it is opened again: " + reason;
      broken_.store(true, std::memory_order_release);
    }
  }

  std::shared_ptr<LmdbEnvironment> environment_;
  LmdbOptions options_;
  Gauge gauge_;
  std::mutex breaking_;
  std::atomic<bool> broken_{false};
  std::string broken_by_;  ///< written once, before broken_ is set
};

/// The names of a new environment's files, and of the folders above, are part of what must survive loss of power.
Result<void> sync_names(const std::string& store, const std::string& lmdb) {
  const auto above = std::filesystem::absolute(store).lexically_normal().parent_path().string();
  for (const auto& folder : {lmdb, store, above}) {
    if (auto synced = sync_folder(folder); !synced) {
      return synced;
    }
  }
  return {};
}

bool is_file(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode);
}

}  // namespace

Result<std::unique_ptr<Store>> open_lmdb_store(const LmdbOptions& options) {
  const auto path = options.folder + "/lmdb";
  const auto data = path + "/data.mdb";
  const bool make = options.create && !options.read_only;
  if (make) {
    if (auto made = make_folder(options.folder).and_then([&] { return make_folder(path); }); !made) {
      return pass_on(made);
    }
  }
  struct stat info {};
  const bool existed = ::stat(data.c_str(), &info) == 0;
  if (!existed && errno != ENOENT && errno != ENOTDIR) {
    return fail_errno("stat " + data, errno);
  }
  if (!existed && !make) {
    return fail(ErrorCode::not_found, "there is no store in " + options.folder + " (no lmdb/data.mdb)");
  }

  lmdb::EnvOptions env_options{.path = path, .max_readers = options.max_readers, .max_tables = table_count};
  if (options.read_only) {
    // Without a lock file this is a copy that no process has open. A lock file made here would be the reader's, and
    // keep the store's own user out of it.
    env_options.flags = MDB_RDONLY | (is_file(path + "/lock.mdb") ? 0U : MDB_NOLOCK);
  } else {
    env_options.flags = options.sync ? 0U : MDB_NOSYNC;
    env_options.map_size = options.map_size;
  }
  auto env = lmdb::Env::open(env_options);
  if (!env) {
    return pass_on(env);
  }
  if (!options.read_only) {
    if (auto cleared = env->clear_dead_readers(); !cleared) {
      return pass_on(cleared);
    }
  }
  auto txn = options.read_only ? env->begin_read() : env->begin_write();
  if (!txn) {
    return pass_on(txn);
  }
  auto tables = open_tables(*txn, make);
  if (!tables) {
    return pass_on(tables);
  }
  if (auto opened = txn->commit(); !opened) {
    return pass_on(opened);
  }
  if (!existed) {  // without syncs, too: it is once, and there shall be something to be recovered
    if (auto synced = sync_names(options.folder, path); !synced) {
      return pass_on(synced);
    }
  }
  return std::make_unique<LmdbStore>(std::make_shared<LmdbEnvironment>(std::move(*env), *tables), options);
}

Result<std::vector<std::string>> check_lmdb_store(Store& store) {
  auto* lmdb = dynamic_cast<LmdbStore*>(&store);
  if (lmdb == nullptr) {
    return fail(ErrorCode::bad_request, "this is not an LMDB store");
  }
  return lmdb->check();
}

Result<std::vector<std::string>> repair_lmdb_store(Store& store, std::int64_t now_ms) {
  auto* lmdb = dynamic_cast<LmdbStore*>(&store);
  if (lmdb == nullptr) {
    return fail(ErrorCode::bad_request, "this is not an LMDB store");
  }
  return lmdb->repair(now_ms);
}

}  // namespace docket
