// Reading the embedded store without locks.
#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "store/lmdb/lmdb_environment.h"
#include "store/store.h"

namespace docket {

/// Keeps one read transaction, whose snapshot is released between calls, so that a call costs no system call and no
/// lock.
class LmdbReader final : public StoreReader {
 public:
  explicit LmdbReader(std::shared_ptr<LmdbEnvironment> environment) noexcept
      : environment_(std::move(environment)), t_(environment_->tables) {}

  Result<JobSummary> summary(const JobId& job) override;
  Result<void> status(
      const JobId& job,
      const std::function<void(const StatusView&, std::string_view fields, const QueueCounts&)>& visit) override;
  Result<Outputs> outputs(const JobId& job) override;
  Result<PageRecord> page(const JobId& job, std::uint16_t file, std::uint32_t page) override;
  Result<JobRecord> record(const JobId& job) override;
  Result<std::optional<JobId>> list(const ListQuery& query,
                                    const std::function<void(const JobId&, const StatusView&)>& visit) override;
  Result<QueueCounts> counts(std::uint8_t pool) override;
  Result<std::uint64_t> stored_bytes() override;
  Result<std::vector<JobId>> expired(std::int64_t now_ms, std::uint32_t limit) override;
  Result<StateCounts> states(const std::optional<std::string>& owner) override;
  Result<std::uint64_t> last_change() override;
  Result<ChangesRead> changes(std::uint64_t after, std::uint32_t limit,
                              const std::function<void(std::uint64_t number, const JobEvent&)>& visit) override;
  Result<std::optional<Delivery>> delivery(const JobId& job) override;
  Result<std::optional<std::int64_t>> next_delivery(const SendingRoom& room) override;
  Result<std::vector<Holder>> holders() override;
  Result<std::vector<Lease>> leases() override;
  Result<std::optional<JobId>> files(const JobId& first, const JobId& last,
                                     const std::function<void(JobFiles)>& visit) override;

 private:
  /// An open snapshot; released when destroyed. No cursor on it may live longer.
  class Snapshot {
   public:
    Snapshot(lmdb::Txn& opened, bool& looking) noexcept : txn(&opened), looking_(&looking) { looking = true; }
    Snapshot(Snapshot&& other) noexcept : txn(std::exchange(other.txn, nullptr)), looking_(other.looking_) {}
    Snapshot(const Snapshot&) = delete;
    Snapshot& operator=(const Snapshot&) = delete;
    Snapshot& operator=(Snapshot&&) = delete;
    ~Snapshot() {
      if (txn != nullptr) {
        txn->reset();
        *looking_ = false;
      }
    }
    lmdb::Txn* txn;

   private:
    bool* looking_;
  };
  Result<Snapshot> look();
  Result<StatusView> status_on(const lmdb::Txn& txn, const JobId& job) const;
  Result<QueueCounts> counts_of(const lmdb::Txn& txn, std::uint8_t pool) const;

  std::shared_ptr<LmdbEnvironment> environment_;
  const Tables& t_;
  std::optional<lmdb::Txn> txn_;  ///< reset between calls
  bool looking_ = false;          ///< a snapshot is open
};

}  // namespace docket
