// How units of one kind of work are done. The runner knows no kind: it claims a unit, has the processor of its pool do
// it, commits what came of it, and goes on.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>

#include "base/error.h"
#include "store/command.h"
#include "store/reader.h"

namespace docket {

/// One claimed unit in a processor's hands. Made, used and destroyed by one pool thread.
class UnitTask {
 public:
  UnitTask() = default;
  UnitTask(const UnitTask&) = delete;
  UnitTask& operator=(const UnitTask&) = delete;
  virtual ~UnitTask() = default;

  /// Blocks until the unit ended; what its end refers to is durable then. Nothing if another holder has the unit now,
  /// or its job is gone: there is nothing to commit. A unit for whose results there is no room is handed back, with
  /// EndUnit::waits_for_room. Where Processor::ahead() is more than one, `on_slow` is called once, on this thread, when
  /// the unit takes longer than a moment: others are not to wait for it.
  virtual std::optional<EndUnit> run(const std::function<void()>& on_slow) = 0;

  /// Called once, after the commit of the end, to remove what was written for nothing. `end` is what run() returned,
  /// null if nothing; its result says whether it is in the store.
  virtual void on_end(const EndUnit* end) = 0;
};

/// One a kind of work and worker; owned by the worker, outlives its threads. Functions are safe on any thread.
class Processor {
 public:
  Processor() = default;
  Processor(const Processor&) = delete;
  Processor& operator=(const Processor&) = delete;
  virtual ~Processor() = default;

  /// Makes ready what units of this kind need, such as the program that does them; cheap if it is. An error: none can
  /// be done at the moment, and those that wait stay where they are. May block, unless `stop` says true.
  virtual Result<void> prepare(const std::function<bool()>& stop) = 0;

  /// Whether units can be done, as far as is known: an error after one could not even be begun. Does not block.
  [[nodiscard]] virtual Result<void> health() const = 0;

  /// How many units a thread may claim at once, to do one after the other: more than one where units take less time
  /// than a commit.
  [[nodiscard]] virtual std::size_t ahead() const noexcept { return 1; }

  /// Takes a unit. `reader` is the thread's own and outlives the task.
  virtual std::unique_ptr<UnitTask> take(ClaimedUnit unit, StoreReader& reader) = 0;
};

}  // namespace docket
