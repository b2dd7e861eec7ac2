// Group commit: every caller with a change waits here; one of those waiting makes the changes of all in one
// transaction with one sync.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <vector>

#include "store/notifications.h"
#include "store/store.h"

namespace docket {

/// One per store and process, owned by the worker; outlives all threads that commit through it.
/// commit() is called on pool threads only and blocks until its changes are durable.
class Committer {
 public:
  /// `notifications` are published after each transaction; they outlive the committer, which takes the store's
  /// on_delivery() for them. Null: nothing is notified.
  explicit Committer(Store& store, Notifications* notifications = nullptr);
  Committer(const Committer&) = delete;
  Committer& operator=(const Committer&) = delete;
  ~Committer();

  /// Makes `changes` (in their order, in one transaction, with whatever others have waiting) and returns when they are
  /// durable; results stand in the changes.
  void commit(std::span<const Command> changes) noexcept;

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
  void publish(const Waiting* group) noexcept;

  Store& store_;
  Notifications* notifications_;
  std::atomic<bool> deliveries_wait_ = false;  ///< the store said so since the last publication
  mutable std::mutex mutex_;                   ///< of all below
  Waiting* first_ = nullptr;  ///< those whose changes are not being committed yet, in the order they came
  Waiting* last_ = nullptr;
  bool leading_ = false;  ///< a caller commits, or was chosen to
  Counts counts_;
};

}  // namespace docket
