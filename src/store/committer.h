// Group commit: whoever wants something changed waits here; one of those waiting makes everybody's changes in one
// transaction with one sync.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <vector>

#include "host/wakeup.h"
#include "store/store.h"

namespace docket {

/// One per store and process, owned by the worker; outlives all threads that commit through it.
/// commit() is called on pool threads only and blocks until its changes are durable.
class Committer {
 public:
  /// `changed` is rung after each transaction; it outlives the committer. Null: nobody is told.
  explicit Committer(Store& store, Bell* changed = nullptr) noexcept : store_(store), changed_(changed) {}

  /// Makes `changes` (in their order, in one transaction, with whatever others have waiting) and returns when they are
  /// durable; results stand in the changes.
  void commit(std::span<const Change> changes) noexcept;

  struct Counts {
    std::uint64_t groups = 0;  ///< calls of Store::commit(): transactions, as long as none has to be taken apart
    std::uint64_t changes = 0;
  };
  [[nodiscard]] Counts counts() const;

  /// How many callers wait for the transaction under way to end, so that theirs can begin.
  [[nodiscard]] std::size_t waiting() const;

 private:
  struct Waiting;
  /// Commits all of a list; returns how many changes that were.
  std::size_t commit_group(Waiting* group) noexcept;

  Store& store_;
  Bell* changed_;
  mutable std::mutex mutex_;  ///< of all below
  Waiting* first_ = nullptr;  ///< those nobody commits yet, in the order they came
  Waiting* last_ = nullptr;
  bool leading_ = false;  ///< somebody commits, or has been told to
  Counts counts_;
};

}  // namespace docket
