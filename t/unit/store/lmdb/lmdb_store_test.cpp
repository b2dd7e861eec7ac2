// The embedded store passes what every store must; what is LMDB's own is in lmdb_*_test.cpp beside this.
#include "store/lmdb/lmdb_store.h"

#include "store/lmdb/lmdb_backend.h"
#include "store/store_conformance.h"

namespace docket {
namespace {

DOCKET_STORE_CONFORMANCE(Lmdb, LmdbBackend);

}  // namespace
}  // namespace docket
