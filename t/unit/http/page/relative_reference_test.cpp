#include "http/page/relative_reference.h"

#include <gtest/gtest.h>

namespace docket::http {
namespace {

TEST(RelativeReference, LeadsFromThePageToTheLocation) {
  EXPECT_EQ(relative_reference("/", "/jobs"), "./jobs");
  EXPECT_EQ(relative_reference("/", "/result/"), "./result/");
  EXPECT_EQ(relative_reference("/ui/", "/jobs"), "../jobs");
  EXPECT_EQ(relative_reference("/ui/", "/ui/jobs"), "./jobs");
  EXPECT_EQ(relative_reference("/ui/", "/ui"), "../ui");
  EXPECT_EQ(relative_reference("/a/b/c/", "/a/x/y"), "../../x/y");
  EXPECT_EQ(relative_reference("/ab/", "/abc/d"), "../abc/d");
  EXPECT_EQ(relative_reference("/a/", "/a/"), "./");
}

TEST(RelativeReference, IsEncoded) {
  EXPECT_EQ(relative_reference("/", "/my jobs?#%/x"), "./my%20jobs%3F%23%25/x");
  EXPECT_EQ(relative_reference("/", "/a:b"), "./a%3Ab");
  EXPECT_EQ(relative_reference("/", "//evil/x"), ".//evil/x");
}

}  // namespace
}  // namespace docket::http
