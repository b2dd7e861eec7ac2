#include "host/pool_names.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>

namespace docket {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

class PoolNames : public ::testing::Test {
 protected:
  void SetUp() override {
    store_ = (fs::temp_directory_path() / "docket-pools-XXXXXX").string();
    ASSERT_NE(::mkdtemp(store_.data()), nullptr);
  }
  void TearDown() override { fs::remove_all(store_); }

  Names add(const Names& names) {
    auto known = register_pools(store_, names);
    EXPECT_TRUE(known) << known.error().detail;
    return known.value_or(Names{});
  }

  std::string store_;
};

TEST_F(PoolNames, ANameKeepsItsPlace) {
  EXPECT_EQ(add({}), Names{});
  EXPECT_EQ(add({"b", "a"}), (Names{"b", "a"}));
  EXPECT_EQ(add({"c", "a"}), (Names{"b", "a", "c"}));
  EXPECT_EQ(add({}), (Names{"b", "a", "c"}));
}

TEST_F(PoolNames, ALineThatACrashHasCutOffIsNone) {
  std::ofstream(store_ + "/pools") << "one\ntw";
  EXPECT_EQ(add({"three"}), (Names{"one", "three"}));
  EXPECT_EQ(add({}), (Names{"one", "three"}));
}

TEST_F(PoolNames, TooManyAreRefused) {
  Names names;
  for (std::size_t i = 0; i <= max_named_pools; ++i) {
    names.push_back("pool " + std::to_string(i));
  }
  const auto known = register_pools(store_, names);
  ASSERT_FALSE(known);
  EXPECT_EQ(known.error().code, ErrorCode::queue_full);
  EXPECT_EQ(add({}), Names{});
}

}  // namespace
}  // namespace docket
