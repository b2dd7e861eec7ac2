// Documents: units that docket-engine does.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "host/membership.h"
#include "host/secret_box.h"
#include "store/committer.h"
#include "store/spool/spool.h"
#include "work/document/engine_client.h"
#include "work/document/page_times.h"
#include "work/processor.h"

namespace docket {

/// What documents are done with; all of it is the worker's, and outlives the processor.
struct DocumentParts {
  Committer& committer;
  Spool& spool;
  EngineClient& engine;
  const SecretBox& secrets;
  Membership& membership;
  PageTimes& page_times;
  bool sync = true;
  std::function<bool()> quitting;             ///< the worker is to end: hand back what runs; empty: never
  std::function<void(std::string_view)> log;  ///< a line for the operator; any thread; may be empty
};

/// Owned by the worker; safe on any thread.
class DocumentProcessor final : public Processor {
 public:
  explicit DocumentProcessor(DocumentParts parts) : parts_(std::move(parts)) {}

  /// Starts the engine if its last start failed; else the first unit starts it.
  Result<void> prepare(const std::function<bool()>& stop) override;
  [[nodiscard]] Result<void> health() const override { return parts_.engine.health(); }
  std::unique_ptr<UnitTask> take(ClaimedUnit unit, StoreReader& reader) override;

 private:
  DocumentParts parts_;
};

}  // namespace docket
