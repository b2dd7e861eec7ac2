// The embedded store: LMDB. See core/lmdb_store.cpp for the tables.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/store.h"

namespace docket {

struct LmdbOptions {
  std::string folder;                              ///< the store's folder; the environment is in lmdb/ below it
  std::uint64_t map_size = std::uint64_t{64} << 30;  ///< address space, not disk
  bool sync = true;                                ///< off: MDB_NOSYNC
  bool read_only = false;                          ///< docketctl: never creates, never writes
  bool create = true;                              ///< make folders and environment if there are none
  std::uint32_t max_readers = 1024;
};

/// Opens (or makes) a store. The environment's descriptor is close-on-exec; dead readers are cleared.
/// Errors: io with the call and path; bad_record for a newer schema.
Result<std::unique_ptr<Store>> open_lmdb_store(const LmdbOptions& options);

}  // namespace docket
