// How the embedded store opens its environment: rights, descriptors, versions, processes.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "base/fd.h"
#include "store/lmdb/lmdb.h"
#include "store/lmdb/lmdb_backend.h"
#include "store/lmdb/lmdb_tables.h"
#include "store/store_driver.h"

namespace docket {
namespace {

namespace fs = std::filesystem;

mode_t mode_of(const fs::path& path) {
  struct stat info {};
  EXPECT_EQ(::stat(path.c_str(), &info), 0) << path;
  return info.st_mode & 07777U;
}

/// The exit code of `run` in a forked child; 200 if it died another way.
template <class Run>
int in_child(Run&& run) {
  const auto child = ::fork();
  if (child == 0) {
    ::_exit(run());
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 200;
}

class LmdbEnv : public testing::Test {
 protected:
  fs::path store_folder() const { return backend.options.folder; }
  LmdbBackend backend;
};

TEST_F(LmdbEnv, WhatIsMadeIsForItsUserOnly) {
  const auto store = backend.open();
  EXPECT_EQ(mode_of(store_folder()), 0700U);
  EXPECT_EQ(mode_of(store_folder() / "lmdb"), 0700U);
  EXPECT_EQ(mode_of(store_folder() / "lmdb/data.mdb"), 0600U);
  EXPECT_EQ(mode_of(store_folder() / "lmdb/lock.mdb"), 0600U);
}

TEST_F(LmdbEnv, NoDescriptorIsInherited) {
  backend.options.sync = true;  // then LMDB opens the data twice
  const auto store = backend.open();
  ASSERT_TRUE(store);
  int found = 0;
  for (const auto& entry : fs::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    const auto target = fs::read_symlink(entry.path(), gone).string();
    if (target.starts_with(backend.folder.path())) {
      ++found;
      EXPECT_NE(::fcntl(std::stoi(entry.path().filename().string()), F_GETFD) & FD_CLOEXEC, 0) << target;
    }
  }
  EXPECT_EQ(found, 3) << "data, data for synced writes, lock";
}

TEST_F(LmdbEnv, OpensOnceAProcess) {
  auto first = backend.open();
  ASSERT_TRUE(first);
  const auto second = open_lmdb_store(backend.options);
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().detail, testing::HasSubstr("already open"));
  first.reset();
  EXPECT_TRUE(backend.open()) << "and again once it is closed";
}

TEST_F(LmdbEnv, ReadersKeepItOpen) {
  auto store = backend.open();
  StoreDriver driver(*store);
  const auto id = driver.accept();
  store.reset();
  EXPECT_TRUE(driver.see(id));
  EXPECT_FALSE(open_lmdb_store(backend.options));
}

TEST_F(LmdbEnv, AForkedChildLeavesItsParentsEnvironmentAlone) {
  auto store = backend.open();
  StoreDriver driver(*store);
  const auto id = driver.accept();
  ASSERT_TRUE(driver.see(id)) << "now the parent has a reader's slot";
  // The child destroys what it inherited and opens the store for itself.
  EXPECT_EQ(in_child([&] {
              store.reset();
              const auto own = open_lmdb_store(backend.options);
              if (!own) {
                return 1;
              }
              StoreDriver child(**own);
              child.accept();
              return child.see(id) ? 0 : 2;
            }),
            0);
  EXPECT_TRUE(driver.see(id)) << "the slot is still the parent's";
  EXPECT_EQ(driver.list().size(), 2U);
}

TEST_F(LmdbEnv, RefusesANewerSchema) {
  ASSERT_TRUE(backend.open());
  {
    auto env = lmdb::Env::open({.path = store_folder() / "lmdb", .map_size = 1U << 24U, .max_tables = table_count});
    ASSERT_TRUE(env);
    auto txn = env->begin_write();
    ASSERT_TRUE(txn);
    const auto meta = txn->open_table("meta", false);
    ASSERT_TRUE(meta);
    ASSERT_TRUE(txn->put(*meta, "schema", bytes_of(std::uint32_t{schema_version + 1})));
    ASSERT_TRUE(txn->commit());
  }
  for (const bool read_only : {false, true}) {
    backend.options.read_only = read_only;
    const auto store = open_lmdb_store(backend.options);
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().code, ErrorCode::bad_record);
    EXPECT_THAT(store.error().detail, testing::HasSubstr("version 2"));
  }
}

TEST_F(LmdbEnv, RefusesWhatIsNoStore) {
  fs::create_directories(store_folder() / "lmdb");
  {
    const Fd file(::open((store_folder() / "lmdb/data.mdb").c_str(), O_CREAT | O_WRONLY, 0600));
    const std::string text(10'000, 'x');
    ASSERT_EQ(::write(file.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  const auto store = open_lmdb_store(backend.options);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, ErrorCode::bad_record);
}

TEST_F(LmdbEnv, RefusesAnotherProgramsEnvironmentForReading) {
  fs::create_directories(store_folder() / "lmdb");
  ASSERT_TRUE(lmdb::Env::open({.path = store_folder() / "lmdb", .map_size = 1U << 24U, .max_tables = table_count}));
  backend.options.read_only = true;
  const auto store = open_lmdb_store(backend.options);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, ErrorCode::bad_record);
}

TEST_F(LmdbEnv, ReadingOnlyMakesNothing) {
  backend.options.read_only = true;
  const auto store = open_lmdb_store(backend.options);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, ErrorCode::not_found);
  EXPECT_FALSE(fs::exists(store_folder()));

  backend.options.read_only = false;
  backend.options.create = false;
  EXPECT_FALSE(open_lmdb_store(backend.options));
  EXPECT_FALSE(fs::exists(store_folder()));
}

TEST_F(LmdbEnv, ReadingOnlySeesALiveStoreAndWritesNothing) {
  const auto store = backend.open();
  StoreDriver driver(*store);
  const auto id = driver.accept({.owner = "ann"});
  // One environment per process: the other program is another process.
  EXPECT_EQ(in_child([&] {
              auto options = backend.options;
              options.read_only = true;
              const auto other = open_lmdb_store(options);
              if (!other) {
                return 1;
              }
              StoreDriver reading(**other);
              if (!reading.see(id) || reading.list() != std::vector{id}) {
                return 2;
              }
              auto accept = reading.new_job();
              if (code_of(reading.commit(accept).result) != ErrorCode::store_unavailable) {
                return 3;
              }
              return (*other)->health().writable ? 4 : 0;
            }),
            0);
  EXPECT_EQ(driver.list().size(), 1U);
}

TEST_F(LmdbEnv, ReadingOnlyTakesACopyWithoutALockFile) {
  {
    const auto store = backend.open();
    StoreDriver(*store).accept();
  }
  fs::remove(store_folder() / "lmdb/lock.mdb");
  backend.options.read_only = true;
  const auto store = backend.open();
  ASSERT_TRUE(store);
  EXPECT_EQ(StoreDriver(*store).list().size(), 1U);
  EXPECT_FALSE(fs::exists(store_folder() / "lmdb/lock.mdb"));
}

TEST_F(LmdbEnv, ErrorsNameTheCallAndThePath) {
  backend.options.folder = backend.folder.path() + "/no/such/folder";
  const auto store = open_lmdb_store(backend.options);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, ErrorCode::io);
  EXPECT_THAT(store.error().detail, testing::AllOf(testing::HasSubstr("mkdir"), testing::HasSubstr("no/such/folder")));
}

}  // namespace
}  // namespace docket
