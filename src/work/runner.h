// What a pool thread does: take a slot, claim a unit, have it done, commit, and go on until no unit waits.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "host/membership.h"
#include "store/committer.h"
#include "work/processor.h"

namespace docket {

/// Everything a runner works with; owned by the worker, outlives its threads.
struct WorkContext {
  Store& store;
  Committer& committer;
  Membership& membership;
  std::string run_folder;          ///< where the slots are
  std::function<bool()> draining;  ///< no further claim, the unit in hand goes on to its end; empty: as `quitting`
  std::function<bool()> quitting;  ///< the worker is to end: hand back what runs; empty: never
  std::function<void(std::string_view)> log;  ///< a line for the operator; any thread; may be empty
};

/// Units that wait in lines of their own, apart from those of other pools, and are all of one kind. Owned by the
/// worker.
struct WorkPool {
  std::uint8_t number = 0;  ///< JobRecord::pool of its jobs
  std::uint32_t slots = 1;  ///< units at work at once, over all workers of the host
  Processor& processor;
  /// Asked when no unit waits, or none is to be claimed: true to look again, after a while in which the slot is kept;
  /// false lets go of what is kept with the slot. Empty: never.
  std::function<bool()> wait{};
  std::function<bool()> yields{};  ///< other work waits for the thread: no further claim; empty: never
  /// Units that are claimed by one commit (Processor::ahead()) are to take about as long as it does.
  std::chrono::milliseconds batch_time{5};
};

/// The pools of documents, of commands and of requests to other servers.
inline constexpr std::uint8_t document_pool = 0;
inline constexpr std::uint8_t command_pool = 1;
inline constexpr std::uint8_t upstream_pool = 2;

/// Takes a slot of the pool and works until no unit of it waits, no slot is free, its processor can do none or the
/// worker is draining. Other pools are not concerned. Blocks; pool threads only.
void run_units(WorkContext& context, const WorkPool& pool) noexcept;

/// Queues again what dead workers held, and removes their lease files. Blocks for a transaction; pool threads only.
/// True if anything was queued.
bool recover_dead_holders(WorkContext& context) noexcept;

}  // namespace docket
