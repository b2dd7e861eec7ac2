#include "host/store_place.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>

#include "host/lease.h"
#include "host/user.h"
#include "store/lmdb/lmdb_backend.h"

namespace docket {
namespace {

using testing::HasSubstr;

TEST(StorePlace, NetworkFileSystemsAreKnownByTheirNumbers) {
  EXPECT_EQ(network_file_system(0x6969), "NFS");
  EXPECT_EQ(network_file_system(0xFF534D42), "CIFS");
  EXPECT_EQ(network_file_system(0x65735546), "FUSE");
  for (const long local : {0xEF53L, 0x58465342L, 0x9123683EL, 0x01021994L, 0x794C7630L, 0x2FC12FC1L}) {
    EXPECT_EQ(network_file_system(local), "") << "ext4, XFS, Btrfs, tmpfs, overlayfs, ZFS";
  }
}

TEST(StorePlace, AFolderThatIsNotThereIsWhereItsParentIs) {
  const TempFolder folder;
  EXPECT_TRUE(check_file_system(folder.path() + "/not/yet"));
  EXPECT_TRUE(check_file_system("relative"));
}

TEST(StorePlace, WhatIsNotThereIsEverybodys) {
  const TempFolder folder;
  EXPECT_TRUE(check_store_owner(folder.path() + "/store", 12345));
  EXPECT_TRUE(check_store_owner(folder.path(), ::geteuid()));
}

TEST(StorePlace, APartOfAnotherUserIsToldWithBothAndTheCommand) {
  const TempFolder folder;
  std::filesystem::create_directories(folder.path() + "/spool/0192ab");
  const auto mine = ::geteuid();
  EXPECT_TRUE(check_store_owner(folder.path(), mine));
  const uid_t theirs = mine + 54321;
  const auto refused = check_store_owner(folder.path(), theirs);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::forbidden);
  // Whoever is not root cannot give the folder away.
  const auto first = folder.path() + (mine == 0 ? "/spool" : "");
  const auto me = user_of(mine);
  ASSERT_TRUE(me);
  EXPECT_THAT(refused.error().detail,
              HasSubstr(first + " belongs to \"" + me->name + "\" (uid " + std::to_string(mine) + "), but"));
  EXPECT_THAT(refused.error().detail, HasSubstr("run as uid " + std::to_string(theirs) + ":"));
  EXPECT_THAT(refused.error().detail, HasSubstr("chown -R " + std::to_string(theirs) + " " + folder.path()));
}

TEST(StorePlace, RootsStoreIsRefusedToRootWhereItIsAnothers) {
  if (::geteuid() != 0) {
    GTEST_SKIP() << "only root can give files away";
  }
  const TempFolder folder;
  const auto name = user_of(0)->name;
  for (const auto* part : {"/lmdb", "/lmdb/data.mdb", "/run", "/spool", "/unsynced"}) {
    std::filesystem::create_directory(folder.path() + part);
    ASSERT_EQ(::chown((folder.path() + part).c_str(), 54321, 0), 0);
    const auto refused = check_store_owner(folder.path(), 0);
    ASSERT_FALSE(refused) << part;
    EXPECT_THAT(refused.error().detail, HasSubstr(folder.path() + part + " belongs to uid 54321,"));
    EXPECT_THAT(refused.error().detail, HasSubstr("chown -R " + name + ": " + folder.path()));
    ASSERT_EQ(::chown((folder.path() + part).c_str(), 0, 0), 0);
  }
  std::filesystem::create_directory(folder.path() + "/lost+found");
  ASSERT_EQ(::chown((folder.path() + "/lost+found").c_str(), 54321, 0), 0);
  ASSERT_EQ(::chown(folder.path().c_str(), 54321, 0), 0);
  EXPECT_TRUE(check_store_owner(folder.path(), 0)) << "nginx gives the folder itself to its workers' user";
}

TEST(StorePlace, ThoseOfAnotherPidNamespaceAreToldWhileTheyLive) {
  const TempFolder folder;
  const auto run = folder.path();
  ASSERT_THAT(pid_namespace(), HasSubstr("pid:["));
  const auto mine = LeaseFile::create(run, pid_namespace());
  const auto unknown = LeaseFile::create(run);
  EXPECT_TRUE(check_pid_namespaces(run));
  {
    const auto theirs = LeaseFile::create(run, "pid:[1]");
    EXPECT_THAT(living_lease_notes(run), testing::UnorderedElementsAre(pid_namespace(), "", "pid:[1]"));
    const auto refused = check_pid_namespaces(run);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::store_unavailable);
    EXPECT_THAT(refused.error().detail, HasSubstr("pid:[1]"));
  }
  EXPECT_TRUE(check_pid_namespaces(run));
  std::ofstream(folder.path() + "/lease.0123456789abcdef0123456789abcdef") << "pid:[1]";
  EXPECT_TRUE(check_pid_namespaces(run)) << "its holder is dead";
}

}  // namespace
}  // namespace docket
