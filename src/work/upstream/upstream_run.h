// One claimed unit of docket_pass: from what the store says of its request to how it ended.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "job/job.h"
#include "work/upstream/upstream_processor.h"

namespace docket {

/// Names of the sections that an answer is stored in.
inline constexpr std::string_view response_head = "head";
inline constexpr std::string_view response_body = "body";

/// What is to be done after a request ended.
struct Verdict {
  enum class Next : std::uint8_t {
    keep,   ///< the answer is the job's result
    retry,  ///< to be sent again after `wait`, as long as docket_attempts allow
    fail,   ///< the job has failed
  };
  Next next = Next::keep;
  std::chrono::seconds wait{0};
  Error error{};  ///< of retry, if it is the last try, and of fail
};

/// What could not be sent is sent again; what was sent, only for idempotent methods, or where the answer was 429 or 503
/// with Retry-After. An answer of any status is a result, unless docket_pass_fail_on says otherwise. `tries_left` is
/// how many may follow; after the last one a 503 is an answer as any other. Pure.
Verdict judge(const TransferEnd& end, const UpstreamWork& work, const Limits& limits, std::uint32_t tries_left);

/// Runs one unit. Made, used and destroyed by one pool thread, which lends it its reader.
class UpstreamRun final : public UnitTask {
 public:
  UpstreamRun(const UpstreamParts& parts, StoreReader& reader, ClaimedUnit claimed);

  std::optional<EndUnit> run(const std::function<void()>& on_slow) override;
  void on_end(const EndUnit* end) override;

 private:
  using Clock = std::chrono::steady_clock;

  Result<UnitEnd> send(const UpstreamWork& work);
  Result<UnitEnd> on_stopped(const UpstreamWork& work) const;
  Result<UnitEnd> on_ended(const UpstreamWork& work, const TransferEnd& end);
  Result<Outputs> store(const TransferEnd& end);
  [[nodiscard]] Result<std::vector<std::string>> headers() const;
  [[nodiscard]] bool was_sent_before() const;
  bool must_stop();

  const UpstreamParts& parts_;
  StoreReader& reader_;
  const ClaimedUnit claimed_;
  const Lease lease_;
  const OutputFile own_;

  Clock::time_point next_look_;
  bool stored_ = false;  ///< the output file may be there
  bool sent_ = false;    ///< the server may have seen the request
  bool lost_ = false;    ///< the lease is another's, or the job is gone
};

}  // namespace docket
