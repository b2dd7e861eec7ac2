// A note in the store which says that not all of it may be on the disk, and since which start of the machine.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/fd.h"

namespace docket {

/// The file `unsynced` in the store's folder: empty, or the boot id of the machine under which the store was last
/// written to without syncs. Under the same boot all is well, since the kernel has it all; under another one the power
/// went in between, or the machine was shut down in order, and the store has to be looked at.
///
/// Who opens the store has it locked from open() to let_go(), so that one process at a time checks, makes and opens.
/// Movable; owned by the worker, and outlives its open store: who does not sync is known by it to be there. The last of
/// these to go in order syncs what all of them left unsynced, and nothing is noted any more: a machine that is shut
/// down in order has nothing to be looked at.
class UnsyncedMark {
 public:
  enum class State : std::uint8_t { nothing, this_boot, other_boot };

  UnsyncedMark(UnsyncedMark&& other) noexcept = default;
  UnsyncedMark(const UnsyncedMark&) = delete;
  UnsyncedMark& operator=(const UnsyncedMark&) = delete;
  UnsyncedMark& operator=(UnsyncedMark&&) = delete;
  /// May take as long as the disk needs for all that is not yet on it.
  ~UnsyncedMark() { leave(); }

  /// Makes the file if there is none. Blocks while another process opens the store, unless `stop()` says that it is
  /// not to be waited for. Errors: io with call and path; store_unavailable where it was stopped.
  static Result<UnsyncedMark> open(const std::string& folder, const std::function<bool()>& stop = {});

  /// What the note says, without a lock and without making it: for programs that only look. A store without one:
  /// nothing.
  static Result<State> look(const std::string& folder);

  [[nodiscard]] State state() const noexcept { return state_; }

  /// Notes this boot, durably: to be called before the first write that is not synced.
  Result<void> set();
  /// set(), and that we stay, not syncing, as long as this object is there.
  Result<void> set_and_stay();
  /// For who syncs and has the store open: what others left unsynced is synced now, and nothing is noted any more.
  /// While a process that does not sync has the store open the note stays.
  Result<void> clear();

  /// The next one may open the store.
  void let_go() noexcept;

 private:
  UnsyncedMark(std::string path, Fd file) noexcept : path_(std::move(path)), file_(std::move(file)) {}
  void leave() noexcept;

  std::string path_;
  Fd file_;
  std::string boot_;
  State state_ = State::nothing;
  bool stays_ = false;
};

}  // namespace docket
