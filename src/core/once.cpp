#include "core/once.h"

#include "core/hex.h"

namespace docket {

Result<std::optional<NameLock>> lock_once(const std::string& run_folder, const OnceKey& key) {
  std::string path = run_folder + "/once.";
  append_hex(path, key.key());
  return NameLock::take(std::move(path));
}

}  // namespace docket
