// Opening a store by where it is: the one place that knows which stores there are.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "store/recovery/store_recovery.h"
#include "store/store.h"

namespace docket {

/// What docket_store says.
struct StoreOptions {
  std::string location;                              ///< a folder, where the embedded store and the files are
  std::uint64_t map_size = std::uint64_t{64} << 30;  ///< of the embedded store: address space, not disk
  bool sync = true;
  StateListener told{};  ///< gets the changes that this process makes; may be empty
};

/// For a process that serves the store: makes it if there is none, and recovers it after a loss of power. See
/// open_recovered_store(). bad_option for a location that no store of ours has.
Result<RecoveredStore> open_store_to_serve(const StoreOptions& options,
                                           const std::function<void(std::string_view)>& say,
                                           const std::function<bool()>& stop);

enum class StoreAccess : std::uint8_t { read, write };

/// For a program that looks at a store which others serve, or mends it. Never makes one. The size of its map is what
/// it is. Errors as open_lmdb_store() and expect_recovered(); bad_option as above.
Result<std::unique_ptr<Store>> open_existing_store(const StoreOptions& options, StoreAccess access);

/// What does not fit together in the store's tables, one sentence each. See check_lmdb_store().
Result<std::vector<std::string>> check_store(Store& store);

/// Makes the tables fit together again, and says what was mended. See repair_lmdb_store().
Result<std::vector<std::string>> repair_store(Store& store, std::int64_t now_ms);

}  // namespace docket
