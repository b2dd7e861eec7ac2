#include "store/open_store.h"

#include <gtest/gtest.h>

#include "base/temp_folder.h"
#include "store/spool/spool.h"
#include "store/store_driver.h"

namespace docket {
namespace {

TEST(OpenStore, ServesAndLetsOthersLook) {
  const TempFolder folder;
  StoreOptions options;
  options.location = folder.path() + "/store";
  options.map_size = std::uint64_t{64} << 20U;
  options.sync = false;
  ASSERT_TRUE(Spool::open(options.location, false));
  EXPECT_EQ(open_existing_store(options, StoreAccess::read).error().code, ErrorCode::not_found);
  {
    const auto served = open_store_to_serve(options, [](std::string_view) {}, {});
    ASSERT_TRUE(served) << served.error().detail;
    StoreDriver(*served->store).accept();
  }
  for (const auto access : {StoreAccess::read, StoreAccess::write}) {
    const auto store = open_existing_store(options, access);
    ASSERT_TRUE(store) << store.error().detail;
    EXPECT_EQ((*store)->health().writable, access == StoreAccess::write);
    EXPECT_EQ((*store)->reader()->counts(0)->waiting_units, 1U);
    EXPECT_TRUE(check_store(**store)->empty());
    EXPECT_EQ(bool(repair_store(**store, 1)), access == StoreAccess::write);
  }
}

TEST(OpenStore, KnowsNoStoreBehindAUrl) {
  StoreOptions options;
  options.location = "postgresql://db1/docket";
  const auto refused = open_existing_store(options, StoreAccess::read);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::bad_option);
  EXPECT_FALSE(open_store_to_serve(options, {}, {}));
}

}  // namespace
}  // namespace docket
