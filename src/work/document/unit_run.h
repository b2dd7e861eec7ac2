// One claimed unit: from what the store says of it to how it ended.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "work/runner.h"

namespace docket {

/// What the engine is told of a unit, but for its password. Pure.
wire::UnitRequest request_for(const ClaimedUnit& claimed);

/// Runs one unit: opens its files, has the engine do it, records pages as they are done. Made, used and destroyed by
/// one pool thread, which lends it its reader.
class UnitRun {
 public:
  UnitRun(Workshop& workshop, StoreReader& reader, ClaimedUnit claimed);

  /// Blocks until the unit ended; what its end refers to is durable then. Nothing if somebody else holds the unit now,
  /// or its job is gone: there is nothing to commit. A unit for whose results there is no room is handed back.
  std::optional<EndUnit> run();

  /// Whether run() handed the unit back because the disk is full: the next unit would come back, too.
  [[nodiscard]] bool lacked_room() const noexcept { return lacked_room_; }

  /// Removes what the unit wrote for nothing. `committed`: `end` is in the store.
  void clean_up(const EndUnit* end, bool committed);

 private:
  using Clock = std::chrono::steady_clock;

  void unseal_password();
  Result<EngineClient::Files> open_files();
  void on_probed(const wire::Probed& probed);
  void on_page(PageRecord page);
  bool must_stop();
  void record_if_due();
  Result<void> make_durable(Outputs* outputs);
  Result<void> sync_written();
  Result<void> sync_folder();
  void on_completed();
  void keep_trouble(Result<void> done);
  bool job_is_over();

  [[nodiscard]] bool writes_pages_file() const noexcept { return !own_output_; }

  Workshop& workshop_;
  StoreReader& reader_;
  const ClaimedUnit claimed_;
  wire::UnitRequest request_;
  const Lease lease_;
  const Container own_;
  const bool own_output_;

  Fd written_;                     ///< our own descriptor of what the child writes to, for syncing
  std::vector<PageRecord> pages_;  ///< done and not yet recorded
  std::optional<std::uint32_t> total_pages_;
  std::uint32_t last_page_ = 0;  ///< whose record goes with the end
  Clock::time_point next_record_;
  Clock::time_point next_look_;
  bool folder_synced_ = false;
  bool results_synced_ = false;  ///< while their child was ending
  bool lacked_room_ = false;
  bool lost_ = false;            ///< the lease is another's, or the job is gone
  std::optional<Error> broken_;  ///< the unit cannot go on
};

}  // namespace docket
