// The fixture of tests that know what is inside the embedded store: one store that may be closed, edited and opened
// again.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>

#include "store/lmdb/lmdb_backend.h"
#include "store/store_driver.h"

namespace docket {

class LmdbFixture : public testing::Test {
 protected:
  /// Opens the store, again after it was closed.
  void open() {
    driver.reset();
    store.reset();
    store = backend.open();
    ASSERT_TRUE(store);
    driver.emplace(*store);
  }

  LmdbBackend backend;
  std::unique_ptr<Store> store;
  std::optional<StoreDriver> driver;
};

}  // namespace docket
