#include "http/form/urlencoded.h"

#include <gtest/gtest.h>

namespace docket::http {
namespace {

TEST(Urlencoded, FieldsAreDecoded) {
  FormCollector form;
  ASSERT_TRUE(add_urlencoded(form, "a=1+2&b%20c=%C3%A4&&empty=&bare&a=x=y"));
  EXPECT_EQ(form.take().fields, R"({"a":["1 2","x=y"],"b c":"ä","empty":"","bare":""})");
}

TEST(Urlencoded, NothingIsNoFields) {
  FormCollector form;
  ASSERT_TRUE(add_urlencoded(form, ""));
  EXPECT_EQ(form.take().fields, "");
}

TEST(Urlencoded, TooManyFieldsAreRefused) {
  FormCollector form({.max_bytes = 1000, .max_fields = 2});
  const auto added = add_urlencoded(form, "a=1&b=2&c=3");
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().code, ErrorCode::too_many_fields);
}

TEST(Urlencoded, NamesOfOptionsThatAreNotTakenAreFields) {
  FormCollector form({.options = OptionSet{}.add(Option::wait)});
  ASSERT_TRUE(add_urlencoded(form, "wait=3&pages=1"));
  const auto done = form.take();
  EXPECT_EQ(done.fields, R"({"pages":"1"})");
  EXPECT_EQ(done.options[Option::wait], "3");
}

}  // namespace
}  // namespace docket::http
