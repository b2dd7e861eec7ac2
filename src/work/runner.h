// What a pool thread does: take a slot, claim a unit, run it, commit, and go on until there is none.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "host/wakeup.h"
#include "store/committer.h"
#include "host/lease.h"
#include "host/secret_box.h"
#include "host/slots.h"
#include "store/spool/spool.h"
#include "work/document/engine_client.h"

namespace docket {

/// Everything a runner works with; owned by the worker, outlives its threads.
struct Workshop {
  Store& store;
  Committer& committer;
  Spool& spool;
  EngineClient& engine;
  const SecretBox& secrets;
  Bell& work_bell;  ///< rung when units were queued
  Holder holder;
  std::string run_folder;
  std::uint32_t slots = 1;  ///< docket_concurrency
  bool sync = true;
  std::function<bool()> draining;  ///< no further claim, the unit in hand goes on to its end; empty: as `quitting`
  std::function<bool()> quitting;  ///< the worker is to end: hand back what runs; empty: never
  std::function<void(std::string_view)> log;  ///< a line for the operator; any thread; may be empty
};

/// Takes a slot and works until no unit waits, no slot is free, no engine can be started or the worker is draining.
/// Blocks; pool threads only.
void run_units(Workshop& workshop) noexcept;

/// Queues again what dead workers held, and removes their lease files. Blocks for a transaction; pool threads only.
/// True if anything was queued: the caller rings the bell.
bool recover_dead_holders(Workshop& workshop) noexcept;

}  // namespace docket
