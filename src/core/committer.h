// Group commit: whoever wants something changed waits here; one of those waiting makes everybody's changes in one
// transaction with one sync.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <span>
#include <vector>

#include "core/store.h"

namespace docket {

/// One per store and process, owned by the worker; outlives all threads that commit through it.
/// commit() is called on pool threads only and blocks until its changes are durable.
class Committer {
 public:
  explicit Committer(Store& store) noexcept : store_(store) {}

  /// Makes `changes` (in their order, in one transaction, with whatever others have waiting) and returns when they are
  /// durable; results stand in the changes.
  void commit(std::span<const Change> changes) noexcept;

  struct Counts {
    std::uint64_t transactions = 0;
    std::uint64_t changes = 0;
  };
  [[nodiscard]] Counts counts() const;

 private:
  struct Waiting;
  Store& store_;
  mutable std::mutex mutex_;
  std::condition_variable done_;
  std::vector<Waiting*> queue_;
  bool leading_ = false;
  Counts counts_;
};

}  // namespace docket
