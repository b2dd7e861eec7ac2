// Jobs as the store's tests want them, said in few words.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "job/delivery.h"
#include "job/idempotency.h"
#include "job/job.h"
#include "job/quota.h"

namespace docket {

/// A callback to `host` that is tried at once, and twice more.
inline Callback callback_to(const std::string& host) {
  return {.url = "http://" + host + "/hook",
          .trusted = false,
          .allow_only = false,
          .allow = {"10.0.0.0/8", "hooks.example"},
          .secret_file = "/etc/secret",
          .retries_ms = {0, 1000, 60'000}};
}

struct JobSpec {
  std::string owner{};
  std::size_t files = 1;
  std::uint8_t pool = 0;
  std::uint8_t priority = 5;
  std::string fields{};
  std::string secret{};
  std::uint64_t expire_ms = 0;
  bool keep_input = true;
  StoreLimits limits{};
  std::optional<IdempotentRequest> idempotent{};
  std::optional<Sha256> fingerprint{};
  std::optional<Callback> callback{};
  const char* client = nullptr;          ///< the address it came from
  std::optional<CommandWork> command{};  ///< what it is instead of documents
};

/// A command of which each file is a unit, or one that is a unit whole.
inline CommandWork command(bool per_file) {
  CommandWork work;
  work.arguments = {"/bin/true"};
  work.per_file = per_file;
  return work;
}

}  // namespace docket
