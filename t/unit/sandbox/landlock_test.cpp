// Rights on files and folders, one by one.
#include "sandbox/landlock.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <functional>

#include "sandbox/child_test.h"

namespace docket {
namespace {

using test::ChildTest;
using test::error_of;

class LandlockTest : public ChildTest {
 protected:
  void SetUp() override {
    if (landlock_version() == 0) {
      GTEST_SKIP() << "this kernel has no Landlock";
    }
    ChildTest::SetUp();
  }

  /// errno of what is done under these rules, by each version that the kernel can play.
  static void expect(const std::vector<LandlockRule>& rules, int error, const std::function<long()>& what) {
    for (int version = 1; version <= landlock_version(); ++version) {
      const auto outcome = in_child([&] {
        const auto ruleset = make_landlock_ruleset(version);
        if (!ruleset || !allow_paths(ruleset->get(), version, rules)) {
          return -2;
        }
        ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        return enter_landlock(ruleset->get()) ? error_of(what()) : -3;
      });
      EXPECT_EQ(outcome.value, error) << "version " << version;
    }
  }
};

long opened(const std::string& path, int flags) {
  return ::open(path.c_str(), flags, 0600);
}

TEST_F(LandlockTest, AFolderIsRead) {
  const std::vector<LandlockRule> rules{{path("fonts"), FileRights::read}, {path("missing"), FileRights::change}};
  expect(rules, 0, [&] { return opened(path("fonts/font"), O_RDONLY); });
  expect(rules, 0, [&] { return opened(path("fonts"), O_RDONLY | O_DIRECTORY); });
  expect(rules, EACCES, [&] { return opened(path("fonts/font"), O_WRONLY); });
  expect(rules, EACCES, [&] { return opened(path("fonts/new"), O_WRONLY | O_CREAT); });
  expect(rules, EACCES, [&] { return opened(path("store/data.mdb"), O_RDONLY); });
}

TEST_F(LandlockTest, AFileIsReadAndItsNeighboursAreNot) {
  for (const auto rights : {FileRights::read, FileRights::execute, FileRights::device, FileRights::change}) {
    const std::vector<LandlockRule> rules{{path("fonts/font"), rights}};
    expect(rules, 0, [&] { return opened(path("fonts/font"), O_RDONLY); });
    expect(rules, EACCES, [&] { return opened(path("fonts"), O_RDONLY | O_DIRECTORY); });
    const bool writes = rights == FileRights::device || rights == FileRights::change;
    expect(rules, writes ? 0 : EACCES, [&] { return opened(path("fonts/font"), O_WRONLY); });
  }
}

TEST_F(LandlockTest, ProgramsRunWhereTheyMay) {
  const auto run = [] {
    const char* const none = nullptr;
    return static_cast<long>(::execve("/bin/true", const_cast<char* const*>(&none), const_cast<char* const*>(&none)));
  };
  const std::vector<LandlockRule> reading{
      {"/usr", FileRights::read}, {"/lib", FileRights::read}, {"/lib64", FileRights::read}, {"/bin", FileRights::read}};
  expect(reading, EACCES, run);
  auto running = reading;
  for (auto& rule : running) {
    rule.rights = FileRights::execute;
  }
  // It runs, and so never says what it came to.
  expect(running, -1, run);
}

TEST_F(LandlockTest, AFolderIsChangedButForDevices) {
  const std::vector<LandlockRule> rules{{path("fonts"), FileRights::change}};
  expect(rules, 0, [&] { return opened(path("fonts/new"), O_RDWR | O_CREAT | O_TRUNC); });
  expect(rules, 0, [&] { return ::unlink(path("fonts/new").c_str()) == 0 || errno == ENOENT ? 0 : -1; });
  expect(rules, 0, [&] {
    ::rmdir(path("fonts/folder").c_str());
    return ::mkdir(path("fonts/folder").c_str(), 0700);
  });
  expect(rules, EACCES, [&] { return ::mkdir(path("store/folder").c_str(), 0700); });
  if (::geteuid() == 0) {
    expect(rules, EACCES, [&] { return ::mknod(path("fonts/null").c_str(), S_IFCHR | 0600, 0x103); });
  }
}

TEST_F(LandlockTest, PlacesAreNamedByDescriptors) {
  const auto version = landlock_version();
  const auto ruleset = make_landlock_ruleset(version);
  ASSERT_TRUE(ruleset);
  EXPECT_FALSE(allow_beneath(ruleset->get(), version, -1, FileRights::read));
  const Fd place(::open(path("fonts").c_str(), O_PATH | O_CLOEXEC));
  EXPECT_TRUE(allow_beneath(ruleset->get(), version, place.get(), FileRights::read));
}

}  // namespace
}  // namespace docket
