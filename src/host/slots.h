// Slots: how many of a kind may be at work on this host at once, over all workers, generations and instances of a
// store.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/error.h"
#include "base/fd.h"

namespace docket {

/// One slot, held as an open-file-description lock on one byte of a file in run/; the kernel frees it if we die.
class Slot {
 public:
  explicit Slot(Fd lock) noexcept : lock_(std::move(lock)) {}

 private:
  Fd lock_;  // the lock ends when it is closed
};

/// Takes any of the `count` slots from number `first` on of the file `path` without waiting; nothing if all are taken.
/// An own open of the file each time, since a lock belongs to the open file description. Safe on any thread.
Result<std::optional<Slot>> try_take_slot(const std::string& path, std::uint64_t first, std::uint32_t count);

/// One of the `count` slots for units of `pool` at work: run/slots. Each pool has its own.
Result<std::optional<Slot>> try_take_unit_slot(const std::string& run_folder, std::uint8_t pool, std::uint32_t count);

}  // namespace docket
