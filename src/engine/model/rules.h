// Rules: the lines that are drawn on a page, as thin boxes that lie level or upright.
#pragma once

#include <cstddef>
#include <vector>

#include "engine/model/document.h"

namespace docket::engine {

/// What is thicker is an area and no line. In points.
inline constexpr float thickest_rule = 3.5F;

/// How many rules and how many areas of a page are kept: a page with more of them shows a picture.
inline constexpr std::size_t most_rules = 4000;

inline bool is_level(const Box& rule) noexcept {
  return rule.width() >= rule.height();
}

/// Joins rules that lie on one line and touch, overlap or leave no more than a dash between them; leaves out what is
/// too short to divide anything, and what is beyond `most_rules`. From top to bottom, and from left to right.
std::vector<Box> joined_rules(std::vector<Box> rules);

/// Joins areas that are the same, or continue each other to the right as the words of a shaded line do; leaves out what
/// is beyond `most_rules`. From top to bottom, and from left to right.
std::vector<Box> joined_fills(std::vector<Box> fills);

}  // namespace docket::engine
