#include "host/membership.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/temp_folder.h"

namespace docket {
namespace {

TEST(LeaseMembership, MembersAreDeadWhenTheyHaveGone) {
  const TempFolder folder;
  auto observer = LeaseMembership::observe(folder.path());
  Holder gone;
  {
    auto member = LeaseMembership::join(folder.path(), "a note");
    ASSERT_TRUE(member) << member.error().detail;
    gone = member->self();
    EXPECT_NE(gone, Holder{});
    EXPECT_TRUE(member->beat());
    EXPECT_FALSE(observer.is_dead(gone));
    auto moved = std::move(*member);
    EXPECT_FALSE(observer.is_dead(gone)) << "the lease goes along";
    EXPECT_EQ(moved.self(), gone);
  }
  EXPECT_TRUE(observer.is_dead(gone));
}

TEST(LeaseMembership, ObserverHoldsNothing) {
  const TempFolder folder;
  auto observer = LeaseMembership::observe(folder.path());
  EXPECT_EQ(observer.self(), Holder{});
  EXPECT_TRUE(observer.beat());
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(LeaseMembership, MemberWhoseFileWasRemovedHearsOfIt) {
  const TempFolder folder;
  auto member = LeaseMembership::join(folder.path());
  ASSERT_TRUE(member);
  std::filesystem::remove(folder.path() + "/lease." + member->self().text());
  EXPECT_TRUE(member->is_dead(member->self()));
  const auto beat = member->beat();
  ASSERT_FALSE(beat);
  EXPECT_EQ(beat.error().code, ErrorCode::lease_lost);
}

TEST(LeaseMembership, DeadMembersFilesAreRemoved) {
  const TempFolder folder;
  std::string left;
  {
    const auto member = LeaseMembership::join(folder.path());
    ASSERT_TRUE(member);
    left = folder.path() + "/lease." + member->self().text();
    std::filesystem::create_hard_link(left, folder.path() + "/kept");
  }
  std::filesystem::rename(folder.path() + "/kept", left);  // as a killed process leaves it
  auto living = LeaseMembership::join(folder.path());
  ASSERT_TRUE(living);
  living->forget_dead();
  EXPECT_FALSE(std::filesystem::exists(left));
  EXPECT_TRUE(living->beat());
}

}  // namespace
}  // namespace docket
