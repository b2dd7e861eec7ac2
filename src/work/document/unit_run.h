// One claimed unit: from what the store says of it to how it ended.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "work/document/document_processor.h"

namespace docket {

/// What the engine is told of a unit, but for its password. Pure.
wire::UnitRequest request_for(const ClaimedUnit& claimed);

/// Runs one unit: opens its files, has the engine do it, records pages as they are done. Made, used and destroyed by
/// one pool thread, which lends it its reader.
class UnitRun final : public UnitTask {
 public:
  UnitRun(const DocumentParts& parts, StoreReader& reader, ClaimedUnit claimed);

  std::optional<EndUnit> run(const std::function<void()>& on_slow) override;
  void on_end(const EndUnit* end) override;

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

  const DocumentParts& parts_;
  StoreReader& reader_;
  const ClaimedUnit claimed_;
  wire::UnitRequest request_;
  const Lease lease_;
  const OutputFile own_;
  const bool own_output_;

  Fd written_;                     ///< our own descriptor of what the child writes to, for syncing
  std::vector<PageRecord> pages_;  ///< done and not yet recorded
  std::optional<std::uint32_t> total_pages_;
  std::uint32_t last_page_ = 0;  ///< whose record goes with the end
  Clock::time_point next_record_;
  Clock::time_point next_look_;
  bool folder_synced_ = false;
  bool results_synced_ = false;  ///< while their child was ending
  bool lost_ = false;            ///< the lease is another's, or the job is gone
  std::optional<Error> broken_;  ///< the unit cannot go on
};

}  // namespace docket
