// What is to be done once, however often it is asked for.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/file_lock.h"
#include "job/job.h"

namespace docket {

/// A client's Idempotency-Key, by its digest (http/form/idempotency_key.h).
struct OnceKey {
  std::array<std::uint8_t, 16> bytes{};

  [[nodiscard]] std::string_view key() const noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
  friend bool operator==(const OnceKey&, const OnceKey&) = default;
};

/// A request that makes a job once, and what its content is.
struct Once {
  OnceKey key;
  Sha256 content{};

  friend bool operator==(const Once&, const Once&) = default;
};

/// Held while a request with this key is under way, in whatever worker: nobody else gets it meanwhile. Nothing if
/// somebody has it. Two system calls or five. Errors: io with the call and path.
Result<std::optional<NameLock>> lock_once(const std::string& run_folder, const OnceKey& key);

}  // namespace docket
