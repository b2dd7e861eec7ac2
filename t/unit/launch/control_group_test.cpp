// Control groups, in folders that look like them: that the kernel takes what is written there is not seen here.
#include "launch/control_group.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include "base/temp_folder.h"
#include "engine/processes.h"

namespace docket::launch {
namespace {

namespace fs = std::filesystem;
using engine::test::slurp;

class ControlGroupTest : public ::testing::Test {
 protected:
  void SetUp() override {
    group_ = fs::path(root_.path()) / "mount/system.slice/nginx.service";
    fs::create_directories(group_);
    write("cgroup.controllers", "cpuset cpu memory pids\n");
    write("cgroup.subtree_control", "");
    write("cgroup.procs", std::to_string(::getpid()) + "\n");
    // The kernel makes the files of a group along with its folder.
    fs::create_directory(group_ / "docket-launch");
    std::ofstream(group_ / "docket-launch/cgroup.procs") << "";
    set_membership("0::/system.slice/nginx.service\n");
  }
  void write(const std::string& name, const std::string& text) const { std::ofstream(group_ / name) << text; }
  void set_membership(const std::string& text) const { std::ofstream(root_.path() + "/membership") << text; }
  ControlGroups prepare() const {
    return ControlGroups::prepare(
        {.membership = root_.path() + "/membership", .mount = root_.path() + "/mount", .made = made_});
  }
  /// As the kernel does.
  void furnish_groups() {
    made_ = [this](const std::string& folder) {
      for (const auto* name :
           {"cgroup.procs", "cgroup.kill", "memory.max", "memory.swap.max", "memory.oom.group", "pids.max"}) {
        std::ofstream(fs::path(folder) / name) << "";
      }
      group_made_ = folder;
    };
  }

  TempFolder root_;
  std::function<void(const std::string&)> made_;
  fs::path group_made_;
  fs::path group_;
};

TEST_F(ControlGroupTest, MovesAsideInAGroupOfItsOwn) {
  EXPECT_TRUE(prepare().usable());
  EXPECT_EQ(slurp(group_ / "docket-launch/cgroup.procs"), "0");
  EXPECT_EQ(slurp(group_ / "cgroup.subtree_control"), "+memory +pids");
}

TEST_F(ControlGroupTest, TakesNothingFromOthers) {
  write("cgroup.procs", std::to_string(::getpid()) + "\n1\n");
  EXPECT_FALSE(prepare().usable());
  EXPECT_EQ(slurp(group_ / "docket-launch/cgroup.procs"), "");
  EXPECT_EQ(slurp(group_ / "cgroup.subtree_control"), "");
}

TEST_F(ControlGroupTest, UsesControllersThatAreThere) {
  write("cgroup.procs", std::to_string(::getpid()) + "\n1\n");
  write("cgroup.subtree_control", "cpu pids memory\n");
  EXPECT_TRUE(prepare().usable());
  EXPECT_EQ(slurp(group_ / "docket-launch/cgroup.procs"), "");
}

TEST_F(ControlGroupTest, NeedsItsControllers) {
  write("cgroup.controllers", "cpu memory\n");
  EXPECT_FALSE(prepare().usable());
}

TEST_F(ControlGroupTest, NeedsVersionTwo) {
  for (const auto* text : {"", "4:memory:/system.slice/nginx.service\n", "0::\n", "0::/elsewhere\n"}) {
    set_membership(text);
    EXPECT_FALSE(prepare().usable()) << text;
  }
  // A hybrid system lists both.
  set_membership("4:memory:/x\n0::/system.slice/nginx.service\n");
  EXPECT_TRUE(prepare().usable());
}

TEST_F(ControlGroupTest, WithoutAnyThereIsNoGroup) {
  EXPECT_FALSE(ControlGroups{}.make(1000));
}

TEST_F(ControlGroupTest, AGroupIsLimitedAndEndsWithAllThatIsInIt) {
  furnish_groups();
  const auto groups = prepare();
  auto group = groups.make(123'456'789);
  ASSERT_TRUE(group);
  EXPECT_EQ(group_made_.parent_path(), group_);
  EXPECT_EQ(slurp(group_made_ / "memory.max"), "123456789");
  EXPECT_EQ(slurp(group_made_ / "memory.oom.group"), "1");
  EXPECT_EQ(slurp(group_made_ / "memory.swap.max"), "0");
  EXPECT_EQ(slurp(group_made_ / "pids.max"), "4096");
  ASSERT_EQ(::write(group->processes(), "0", 1), 1);
  EXPECT_EQ(slurp(group_made_ / "cgroup.procs"), "0");
  const auto first = group_made_;
  auto other = groups.make(0);
  ASSERT_TRUE(other);
  EXPECT_NE(group_made_, first);
  EXPECT_EQ(slurp(group_made_ / "memory.max"), "");
  EXPECT_EQ(slurp(first / "cgroup.kill"), "");
  group.reset();
  EXPECT_EQ(slurp(first / "cgroup.kill"), "1");
  EXPECT_EQ(slurp(group_made_ / "cgroup.kill"), "");
}

TEST_F(ControlGroupTest, AGroupThatCannotBeLimitedIsNone) {
  // Folders of a usual file system have no cgroup.procs.
  const auto groups = prepare();
  ASSERT_TRUE(groups.usable());
  EXPECT_FALSE(groups.make(1000));
  const auto is_left = [](const fs::directory_entry& entry) {
    return entry.path().filename().string().starts_with("docket-" + std::to_string(::getpid()));
  };
  for (const auto& entry : fs::directory_iterator(group_)) {
    EXPECT_FALSE(is_left(entry)) << entry.path();
  }
}

}  // namespace
}  // namespace docket::launch
