#include "core/store_place.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <optional>

#include "core/lease.h"
#include "lmdb_backend.h"

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
