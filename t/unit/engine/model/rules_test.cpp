// Pieces of lines and areas become whole ones.
#include "engine/model/rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace docket::engine {
namespace {

using testing::ElementsAre;

TEST(Rules, PiecesOfOneLineAreJoined) {
  EXPECT_THAT(joined_rules({{50, 10, 100, 10.5F}, {0, 10, 49, 10.5F}, {99, 10.2F, 120, 10.7F}}),
              ElementsAre(Box{0, 10, 120, 10.7F}));
  EXPECT_THAT(joined_rules({{10, 50, 10.5F, 100}, {10, 0, 10.5F, 50}}), ElementsAre(Box{10, 0, 10.5F, 100}));
}

TEST(Rules, DotsMakeALineAndAloneNothing) {
  std::vector<Box> dots;
  for (int i = 0; i < 20; ++i) {
    const float x = 2.5F * static_cast<float>(i);
    dots.push_back({x, 10, x + 1, 11});
  }
  EXPECT_THAT(joined_rules(dots), ElementsAre(Box{0, 10, 48.5F, 11}));
  EXPECT_TRUE(joined_rules({{0, 10, 1, 11}, {40, 10, 41, 11}}).empty());
}

TEST(Rules, WhatIsApartStaysApart) {
  EXPECT_EQ(joined_rules({{0, 10, 40, 10.5F}, {50, 10, 90, 10.5F}, {0, 14, 40, 14.5F}}).size(), 3U);
}

TEST(Rules, AreBoundedInNumber) {
  std::vector<Box> rules;
  for (std::size_t i = 0; i < most_rules + 100; ++i) {
    const auto y = 2 * static_cast<float>(i);
    rules.push_back({0, y, 100, y + 0.5F});
  }
  const auto joined = joined_rules(rules);
  EXPECT_EQ(joined.size(), most_rules);
  EXPECT_EQ(joined.front(), rules.front());
}

TEST(Fills, ThoseThatContinueEachOtherAreJoined) {
  EXPECT_THAT(joined_fills({{50, 10, 100, 22}, {0, 10, 50, 22}, {0, 10, 50, 22}, {0, 40, 50, 52}}),
              ElementsAre(Box{0, 10, 100, 22}, Box{0, 40, 50, 52}));
}

}  // namespace
}  // namespace docket::engine
