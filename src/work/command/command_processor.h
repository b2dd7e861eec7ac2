// Units of jobs whose work is a command (docket_command).
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "host/membership.h"
#include "job/codec/log_lines.h"
#include "store/committer.h"
#include "store/spool/spool.h"
#include "work/command/kept_program.h"
#include "work/command/launch_client.h"
#include "work/processor.h"

namespace docket {

/// What commands are run with; all of it is the worker's and outlives the processors.
struct CommandParts {
  Committer& committer;
  Spool& spool;
  LaunchClient& launcher;
  Membership& membership;
  std::string store_path;
  std::function<bool(const JobLines&)>
      publish_lines;                          ///< to those who watch; false: it could not; any thread; may be empty
  bool sync = true;                           ///< docket_store sync: what was written is synced before it is committed
  std::function<bool()> quitting;             ///< the worker is to end: hand back what runs; empty: never
  std::function<void(std::string_view)> log;  ///< a line for the operator; any thread; may be empty
};

/// One a thread: a program that stays is kept with the slot that the thread holds.
class CommandProcessor final : public Processor {
 public:
  explicit CommandProcessor(const CommandParts& parts) : parts_(parts) {}

  Result<void> prepare(const std::function<bool()>& stop) override { return parts_.launcher.prepare(stop); }
  [[nodiscard]] Result<void> health() const override { return parts_.launcher.health(); }
  /// A small program that stays does its jobs faster than a disk syncs.
  [[nodiscard]] std::size_t ahead() const noexcept override { return 64; }
  std::unique_ptr<UnitTask> take(ClaimedUnit unit, StoreReader& reader) override;

  /// Whether there is a program that would take a unit at once.
  [[nodiscard]] bool has_program() const { return program_.is_ready(); }
  void end_program() { program_.end(); }

 private:
  const CommandParts& parts_;
  KeptProgram program_;
};

}  // namespace docket
