// The interface to where jobs are kept. lmdb_store is the embedded one; every other one passes the same suite of
// tests (t/unit/store/store_conformance.h). Everything above speaks to this interface only.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "store/command.h"
#include "store/reader.h"

namespace docket {

/// Safe to use from any number of threads; one instance per store and process. Made after fork, destroyed before exit.
class Store {
 public:
  Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  virtual ~Store() = default;

  /// Makes all changes in one durable transaction, in their order, and fills in each one's result. A change that is
  /// refused (lease_lost, not_found) leaves the others alone; a failed transaction fails them all with store_full,
  /// store_unavailable or io. Blocks: never called on an event loop. store/committer groups callers.
  virtual void commit(std::span<const Command> changes) noexcept = 0;

  virtual std::unique_ptr<StoreReader> reader() = 0;

  /// Whether writes are taken, and room: the share of the map in use, 0 … 1. From /health; cheap; no lock.
  struct Health {
    bool writable = false;
    double used_share = 0;
    std::string detail;
  };
  virtual Health health() = 0;

  /// `notify` is called, on the thread of the commit, whenever callbacks were made to wait: by a job that became final,
  /// above all. To be set before threads use the store; the committer does, where it has notifications to publish.
  void on_delivery(std::function<void()> notify) { notify_delivery_ = std::move(notify); }

 protected:
  void notify_delivery() const {
    if (notify_delivery_) {
      notify_delivery_();
    }
  }

 private:
  std::function<void()> notify_delivery_;
};

}  // namespace docket
