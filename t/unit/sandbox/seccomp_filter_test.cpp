// The filter alone: where there is no Landlock, no file is opened at all.
#include "sandbox/seccomp_filter.h"

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

TEST_F(ChildTest, OpensNothingWithoutLandlock) {
  if (!has_seccomp()) {
    GTEST_SKIP() << "this kernel has no seccomp";
  }
  const auto filter = make_seccomp_filter(false);
  ASSERT_TRUE(filter);
  const auto font = path("fonts/font");
  const Fd input(::open(font.c_str(), O_RDONLY));
  const auto filtered = [&](const std::function<int()>& what) {
    return in_child([&] {
      ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
      return enter_seccomp(*filter) ? what() : -2;
    });
  };
  EXPECT_EQ(filtered([&] { return error_of(::open(font.c_str(), O_RDONLY)); }).value, EACCES);
  EXPECT_EQ(filtered([&] { return error_of(::open("/etc/passwd", O_RDONLY)); }).value, EACCES);
  EXPECT_EQ(filtered([&] { return error_of(::open(font.c_str(), O_WRONLY)); }).value, EACCES);
  EXPECT_EQ(filtered([&] { return error_of(::access(font.c_str(), R_OK)); }).value, EACCES);
  struct stat file {};
  EXPECT_EQ(filtered([&] { return error_of(::stat(font.c_str(), &file)); }).value, EACCES);
  EXPECT_EQ(filtered([&] { return error_of(::fstat(input.get(), &file)); }).value, 0);
}

}  // namespace
}  // namespace docket
