// Who works on a store: under which name this process holds what it works on, and which of the others are dead.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "host/lease.h"
#include "job/unit.h"

namespace docket {

/// Owned by the worker, made after the fork; outlives the threads that hold units. Functions are safe on any thread.
class Membership {
 public:
  Membership() = default;
  Membership(const Membership&) = default;
  Membership(Membership&&) = default;
  Membership& operator=(const Membership&) = default;
  Membership& operator=(Membership&&) = default;
  virtual ~Membership() = default;

  /// The name under which this process holds units and deliveries. Zeros: it only looks on, and holds nothing.
  [[nodiscard]] virtual Holder self() const = 0;

  /// Shows the others that this process lives. To be called every few seconds. lease_lost if they take it for dead:
  /// what it holds is, or will be, given to others. May block.
  [[nodiscard]] virtual Result<void> beat() = 0;

  /// Whether `holder` has ended without handing back what it held. Where that cannot be found out it has not.
  [[nodiscard]] virtual bool is_dead(const Holder& holder) const = 0;

  /// Removes what dead members left behind, once nothing is held in their names any more.
  virtual void forget_dead() = 0;
};

/// Membership by lease files in a store's run/ (host/lease.h), for the processes of one machine.
class LeaseMembership final : public Membership {
 public:
  /// Joins with a lease file of its own, which goes with this object. `note` is written into it for others to read.
  static Result<LeaseMembership> join(std::string run_folder, std::string_view note = {});
  /// Looks on.
  static LeaseMembership observe(std::string run_folder) { return LeaseMembership(std::move(run_folder)); }

  [[nodiscard]] Holder self() const override { return lease_ ? lease_->holder() : Holder{}; }
  /// The kernel keeps the lease: what can be lost is the file's name.
  [[nodiscard]] Result<void> beat() override;
  [[nodiscard]] bool is_dead(const Holder& holder) const override { return docket::is_dead(run_folder_, holder); }
  void forget_dead() override { remove_dead_lease_files(run_folder_); }

 private:
  explicit LeaseMembership(std::string run_folder) : run_folder_(std::move(run_folder)) {}

  std::string run_folder_;
  std::optional<LeaseFile> lease_;  ///< nothing: it looks on
};

}  // namespace docket
