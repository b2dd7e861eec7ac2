#include "store/open_store.h"

#include "store/lmdb/lmdb_store.h"

namespace docket {
namespace {

/// The embedded store is named by its folder; what looks like a URL names a store that there is not.
Result<LmdbOptions> lmdb_options(const StoreOptions& options) {
  if (options.location.find("://") != std::string::npos) {
    return fail(ErrorCode::bad_option, "there is no kind of store for \"" + options.location + "\", but for folders");
  }
  LmdbOptions lmdb;
  lmdb.folder = options.location;
  lmdb.map_size = options.map_size;
  lmdb.sync = options.sync;
  lmdb.told = options.told;
  return lmdb;
}

}  // namespace

Result<RecoveredStore> open_store_to_serve(const StoreOptions& options,
                                           const std::function<void(std::string_view)>& say,
                                           const std::function<bool()>& stop) {
  const auto lmdb = lmdb_options(options);
  if (!lmdb) {
    return pass_on(lmdb);
  }
  return open_recovered_store(*lmdb, say, stop);
}

Result<std::unique_ptr<Store>> open_existing_store(const StoreOptions& options, StoreAccess access) {
  auto lmdb = lmdb_options(options);
  if (!lmdb) {
    return pass_on(lmdb);
  }
  if (auto recovered = expect_recovered(lmdb->folder); !recovered) {
    return pass_on(recovered);
  }
  lmdb->create = false;
  lmdb->map_size = 0;  // as large as it was made
  lmdb->read_only = access == StoreAccess::read;
  return open_lmdb_store(*lmdb);
}

Result<std::vector<std::string>> check_store(Store& store) {
  return check_lmdb_store(store);
}

Result<std::vector<std::string>> repair_store(Store& store, std::int64_t now_ms) {
  return repair_lmdb_store(store, now_ms);
}

}  // namespace docket
