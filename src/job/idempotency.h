// What is to be done once, however often it is asked for.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/file_lock.h"
#include "base/sha256.h"

namespace docket {

/// A client's Idempotency-Key, by its digest (http/form/idempotency_key.h).
struct IdempotencyKey {
  std::array<std::uint8_t, 16> bytes{};

  [[nodiscard]] std::string_view key() const noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
  friend bool operator==(const IdempotencyKey&, const IdempotencyKey&) = default;
};

/// A request that makes a job once, and what its content is.
struct IdempotentRequest {
  IdempotencyKey key;
  Sha256 content{};

  friend bool operator==(const IdempotentRequest&, const IdempotentRequest&) = default;
};

/// Held while a request with this key is under way, in any worker: no other request gets it meanwhile. Nothing if
/// another one has it. Two system calls or five. Errors: io with the call and path.
Result<std::optional<NameLock>> lock_idempotency_key(const std::string& run_folder, const IdempotencyKey& key);

}  // namespace docket
