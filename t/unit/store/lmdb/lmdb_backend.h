// A store in a folder of its own, for tests.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "base/temp_folder.h"
#include "store/lmdb/lmdb_store.h"

namespace docket {

/// See store_fixture.h. Without sync, for what a sync is good for needs a test of its own.
class LmdbBackend {
 public:
  LmdbBackend() {
    options.folder = folder.path() + "/store";
    options.sync = false;
  }

  std::unique_ptr<Store> open() {
    auto store = open_lmdb_store(options);
    EXPECT_TRUE(store) << store.error().detail;
    return store ? std::move(*store) : nullptr;
  }

  static std::vector<std::string> check(Store& store) {
    const auto found = check_lmdb_store(store);
    EXPECT_TRUE(found) << found.error().detail;
    return found.value_or(std::vector<std::string>{});
  }

  TempFolder folder;
  LmdbOptions options;
};

}  // namespace docket
