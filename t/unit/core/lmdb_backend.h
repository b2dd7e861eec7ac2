// A store in a folder of its own, for tests.
#pragma once

#include <gtest/gtest.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "core/lmdb_store.h"

namespace docket {

/// A folder that is removed with all that is in it.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    auto name = (std::filesystem::temp_directory_path() / "docket-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
      throw std::system_error(errno, std::generic_category(), "mkdtemp");
    }
    path_ = name;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// See store_fixture.h. Without sync, for what a sync is good for needs a test of its own.
class LmdbBackend {
 public:
  LmdbBackend() {
    options.folder = (folder.path() / "store").string();
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

  TemporaryFolder folder;
  LmdbOptions options;
};

}  // namespace docket
