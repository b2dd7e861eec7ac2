// One write transaction of the embedded store: the primitive operations of store/backend.h on its tables.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "store/backend.h"
#include "store/lmdb/lmdb_outbox.h"
#include "store/lmdb/lmdb_queue.h"
#include "store/lmdb/lmdb_writer.h"

namespace docket {

/// Made, used and committed by LmdbStore::commit() on one thread.
class LmdbTransaction final : public BackendTransaction {
 public:
  struct Options {
    std::optional<Error> no_room{};       ///< set: no room for new jobs, and why
    std::uint64_t environment_bytes = 0;  ///< what the environment itself takes, beside the jobs' files
    std::uint64_t kept_events = 0;        ///< how many of the newest events are kept
  };

  LmdbTransaction(lmdb::Txn txn, const Tables& tables, Options options);

  Result<void> commit();

  [[nodiscard]] bool failed() const noexcept override { return tables_.failure().has_value(); }

  bool has_job(const JobId& id) override;
  Result<Status> status(const JobId& id) override;
  Result<JobRecord> record(const JobId& id) override;
  std::string secret(const JobId& id) override;
  void insert_job(const NewJob& job) override;
  void put_record(const JobRecord& record) override;
  void put_status(const JobId& id, const Status& before, const Status& now) override;
  void erase_job(const JobId& id, const OwnerKey& owner, const Status& status) override;

  Result<std::vector<PageRecord>> pages(const JobId& id) override;
  Result<Outputs> outputs(const JobId& id) override;
  std::vector<OutputFile> output_files(const JobId& id) override;
  void insert_pages(const JobId& id, std::span<const PageRecord> pages) override;
  void put_outputs(const JobId& id, const Outputs& outputs) override;

  Result<std::optional<KnownRequest>> find_request(const IdempotencyKey& key) override;
  std::optional<JobId> find_dedupe_source(const Sha256& fingerprint) override;
  void put_dedupe_source(const Sha256& fingerprint, const JobId& id) override;
  void erase_dedupe_source(const Sha256& fingerprint, const JobId& id) override;

  std::optional<Error> no_room() override { return options_.no_room; }
  StateCounts job_counts(const OwnerKey* owner) override;
  void count_job(const OwnerKey& owner, std::optional<State> from, std::optional<State> to) override;
  std::uint64_t used_bytes() override;
  void count_bytes(const JobId& id, std::int64_t more) override;
  QueueCounts count_in_pool(std::uint8_t pool, PoolEvent event, std::int64_t now_ms) override;

  std::uint64_t append_events(const JobEvent& first, std::uint32_t count) override;

  Result<std::optional<PlacedUnit>> next_unit(std::uint8_t pool, std::int64_t now_ms) override {
    none_is_due_ = none_is_due_ || queue_.let_due_wait(now_ms);  // claims of one transaction are of one time
    return queue_.first(pool);
  }
  Result<PlacedUnit> held_unit(const Lease& lease) override { return queue_.held(lease); }
  std::vector<PlacedUnit> units(const JobId& id) override;
  Result<std::vector<Lease>> leases(const Holder& holder) override;
  void queue_units(std::span<const Unit> units, const OwnerKey& taker, std::uint64_t place) override;
  void lease_unit(PlacedUnit& unit, const Holder& holder) override { queue_.lease(unit, holder); }
  void requeue_unit(PlacedUnit& unit) override { queue_.put_back(unit); }
  void update_unit(const PlacedUnit& unit) override { queue_.save(unit); }
  void remove_unit(const PlacedUnit& unit) override { queue_.remove(unit); }
  void remove_units(const JobId& id) override;

  std::optional<CallbackState> callback(const JobId& id) override { return outbox_.callback(id); }
  void put_delivery(const JobId& id, const CallbackState& state, const Delivery& now) override {
    outbox_.put_delivery(id, state, now);
  }
  Result<std::vector<DueDelivery>> take_due(SendingRoom room, std::int64_t now_ms,
                                            const std::function<void(Delivery&)>& begin) override {
    return outbox_.take_due(std::move(room), now_ms, begin);
  }
  std::vector<SentDelivery> sent_by(const Holder& holder) override { return outbox_.sent_by(holder); }

 private:
  StateCounts counts_at(std::string_view key);
  /// Adds to a stored number.
  void add_to(lmdb::Table table, std::string_view key, std::int64_t more);
  std::uint64_t number_at(lmdb::Table table, std::string_view key);
  void trim_events();

  TableWriter tables_;
  Options options_;
  Numbers numbers_;
  Numbers stored_numbers_;
  std::uint64_t appended_ = 0;  ///< entries of `changes`
  UnitQueue queue_;
  bool none_is_due_ = false;  ///< of the units that wait for a time; a claim has looked
  Outbox outbox_;
};

}  // namespace docket
