// Doing to a store's tables what no change of a store does.
#pragma once

#include <gtest/gtest.h>

#include "store/lmdb/lmdb.h"
#include "store/lmdb/lmdb_backend.h"
#include "store/lmdb/lmdb_tables.h"

namespace docket {

/// Calls `with(txn, tables)` in a write transaction. Nobody has the store open in this process.
template <class With>
void edit_tables(const LmdbBackend& backend, With&& with) {
  auto env =
      lmdb::Env::open({.path = backend.options.folder + "/lmdb", .map_size = 1U << 30U, .max_tables = table_count});
  ASSERT_TRUE(env) << env.error().detail;
  auto txn = env->begin_write();
  ASSERT_TRUE(txn);
  const auto tables = open_tables(*txn, false);
  ASSERT_TRUE(tables);
  with(*txn, *tables);
  ASSERT_TRUE(txn->commit());
}

}  // namespace docket
