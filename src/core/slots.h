// Slots: how many units may be at work on this host at once, over all workers, generations and instances of a store.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/error.h"
#include "core/fd.h"

namespace docket {

/// One slot, held as an open-file-description lock on one byte of run/slots; the kernel frees it if we die.
class Slot {
 public:
  explicit Slot(Fd lock) noexcept : lock_(std::move(lock)) {}

 private:
  Fd lock_;  // closing it is letting go
};

/// Takes any of `count` slots without waiting; nothing if all are taken. An own open of run/slots each time, since a
/// lock belongs to the open file description. Safe on any thread.
Result<std::optional<Slot>> try_take_slot(const std::string& run_folder, std::uint32_t count);

}  // namespace docket
