#include "http/field/trace_context.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

namespace docket::http {
namespace {

const std::string id = "4bf92f3577b34da6a3ce929d0e0e4736";
const std::string rest = "-" + id + "-00f067aa0ba902b7-";

std::string parent_of(std::string_view field) {
  const std::array parents{field};
  return parse_trace(parents, {}).parent;
}

std::string state_of(const std::vector<std::string_view>& states) {
  const std::string parent = "00" + rest + "01";
  const std::array parents{std::string_view(parent)};
  return parse_trace(parents, states).state;
}

TEST(TraceContext, AParentIsKeptAsItCame) {
  for (const auto* const flags : {"00", "01", "02", "03"}) {
    EXPECT_EQ(parent_of("00" + rest + flags), "00" + rest + flags);
  }
  EXPECT_EQ(parent_of("  00" + rest + "01\t"), "00" + rest + "01");
  EXPECT_EQ(trace_id(parent_of("00" + rest + "01")), id);
  EXPECT_EQ(trace_id(""), "");
}

TEST(TraceContext, FlagsThatNobodyKnowsAreNotSentOn) {
  EXPECT_EQ(parent_of("00" + rest + "ff"), "00" + rest + "03");
  EXPECT_EQ(parent_of("00" + rest + "04"), "00" + rest + "00");
}

TEST(TraceContext, AHigherVersionIsReadAsFarAsItIsKnown) {
  EXPECT_EQ(parent_of("01" + rest + "01"), "00" + rest + "01");
  EXPECT_EQ(parent_of("cc" + rest + "01-what-the-future-brings"), "00" + rest + "01");
  EXPECT_EQ(parent_of("cc" + rest + "01.what"), "");
  EXPECT_EQ(parent_of("ff" + rest + "01"), "") << "a version that there never is";
}

TEST(TraceContext, WhatIsNoParentIsNone) {
  const std::string zeros(32, '0');
  for (const auto& wrong :
       {std::string(), "00" + rest, "00" + rest + "1", "00" + rest + "01-", "00" + rest + "01-more", "0" + rest + "01",
        "0x" + rest + "01", "00" + rest + "0g", "00" + rest + "0A", "00-" + zeros + "-00f067aa0ba902b7-01",
        "00-" + id + "-0000000000000000-01", std::string("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01"),
        "00_" + id + "-00f067aa0ba902b7-01", "00-" + id + "_00f067aa0ba902b7-01", "00-" + id + "-00f067aa0ba902b7_01",
        "00-" + id + "0-0f067aa0ba902b7-01", "00 " + rest + "01"}) {
    EXPECT_EQ(parent_of(wrong), "") << wrong;
  }
}

TEST(TraceContext, TwoParentsAreNone) {
  const std::string parent = "00" + rest + "01";
  const std::vector<std::string_view> twice{parent, parent};
  const std::vector<std::string_view> states{"a=1"};
  EXPECT_EQ(parse_trace(twice, states), TraceContext{});
}

TEST(TraceContext, AStateNeedsAParent) {
  const std::vector<std::string_view> states{"a=1"};
  EXPECT_EQ(parse_trace({}, states), TraceContext{});
  const std::array parents{std::string_view("00-nothing")};
  EXPECT_EQ(parse_trace(parents, states), TraceContext{});
}

TEST(TraceContext, StatesAreJoined) {
  EXPECT_EQ(state_of({}), "");
  EXPECT_EQ(state_of({"congo=t61rcWkgMzE,rojo=00f067aa0ba902b7"}), "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7");
  EXPECT_EQ(state_of({" a=1 ,, b=2", "", "c_-*/0=x y!"}), "a=1,b=2,c_-*/0=x y!");
  EXPECT_EQ(state_of({"0tenant@vendor=1"}), "0tenant@vendor=1");
}

TEST(TraceContext, AStateWithAMistakeIsNone) {
  const std::string long_key(257, 'a');
  const std::string long_value(257, 'a');
  const std::string long_vendor(15, 'a');
  for (const auto& wrong : {std::string("a"), std::string("=1"), std::string("a="), std::string("A=1"),
                            std::string("1=1"), std::string("a b=1"), std::string("a=b=c"), std::string("a=\x01"),
                            std::string("a=\xC3\xA4"), std::string("a@=1"), std::string("@a=1"), std::string("a@b@c=1"),
                            std::string("a@1=1"), long_key + "=1", "a=" + long_value, "a@" + long_vendor + "=1"}) {
    EXPECT_EQ(state_of({"good=1", wrong}), "") << wrong;
  }
  std::string many;
  for (int i = 0; i < 32; ++i) {
    many += "k" + std::to_string(i) + "=1,";
  }
  EXPECT_EQ(state_of({many}) + ",", many);
  EXPECT_EQ(state_of({many + "one=1"}), "") << "33 members";
}

TEST(TraceContext, OfALongStateLongMembersAreLeftOutFirstAndThenTheLast) {
  const std::string long_one = "long=" + std::string(200, 'x');
  const std::string ninety = "=" + std::string(88, 'y');
  std::string shorts = "a" + ninety;
  for (const char key : {'b', 'c', 'd', 'e'}) {
    shorts += "," + std::string(1, key) + ninety;
  }
  ASSERT_EQ(shorts.size(), 454U);
  EXPECT_EQ(state_of({long_one, shorts}), shorts);
  EXPECT_EQ(state_of({shorts, "f" + ninety}), shorts);
}

}  // namespace
}  // namespace docket::http
