// Units of jobs whose work is a request to another server (docket_pass).
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "host/membership.h"
#include "host/secret_box.h"
#include "store/committer.h"
#include "store/spool/spool.h"
#include "work/processor.h"
#include "work/upstream/upstream_client.h"

namespace docket {

/// What requests are sent with; all of it is the worker's and outlives the processors.
struct UpstreamParts {
  Spool& spool;
  UpstreamClient& client;
  const SecretBox& secrets;
  Membership& membership;
  bool sync = true;                           ///< docket_store sync: what was written is synced before it is committed
  std::function<bool()> quitting;             ///< the worker is to end: hand back what runs; empty: never
  std::function<void(std::string_view)> log;  ///< a line for the operator; any thread; may be empty
};

/// Owned by a thread of the pool, or shared by several.
class UpstreamProcessor final : public Processor {
 public:
  explicit UpstreamProcessor(const UpstreamParts& parts) : parts_(parts) {}

  Result<void> prepare(const std::function<bool()>& stop) override;
  [[nodiscard]] Result<void> health() const override { return {}; }
  std::unique_ptr<UnitTask> take(ClaimedUnit unit, StoreReader& reader) override;

 private:
  const UpstreamParts& parts_;
};

}  // namespace docket
