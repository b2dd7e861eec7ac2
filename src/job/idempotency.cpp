#include "job/idempotency.h"

#include "base/hex.h"

namespace docket {

Result<std::optional<NameLock>> lock_idempotency_key(const std::string& run_folder, const IdempotencyKey& key) {
  std::string path = run_folder + "/once.";
  append_hex(path, key.key());
  return NameLock::take(std::move(path));
}

}  // namespace docket
