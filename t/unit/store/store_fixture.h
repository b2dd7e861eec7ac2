// The fixture of the suites that every store passes.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "store/store_driver.h"

namespace docket {

/// `Backend` is one empty store for one test:
///   Backend()                                    makes what the store needs, such as a folder
///   std::unique_ptr<Store> open()                opens it, again after the last one was destroyed
///   std::vector<std::string> check(Store&)       what is wrong with its indexes, one sentence each
template <class Backend>
class StoreConformance : public testing::Test {
 protected:
  void SetUp() override { reopen(); }

  void TearDown() override {
    if (store) {
      EXPECT_THAT(backend.check(*store), testing::IsEmpty());
    }
    driver.reset();
    store.reset();
  }

  void reopen() {
    driver.reset();
    store.reset();
    store = backend.open();
    ASSERT_TRUE(store);
    driver.emplace(*store);
  }

  Backend backend;
  std::unique_ptr<Store> store;
  std::optional<StoreDriver> driver;
};

}  // namespace docket
