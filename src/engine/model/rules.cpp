#include "engine/model/rules.h"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace docket::engine {
namespace {

constexpr float dash = 2.0F;           // the widest gap in a line of dashes or dots
constexpr float shortest_rule = 4.0F;  // shorter ones are dots, ticks and parts of letters

/// A rule or area measured along and across the direction in which it may be continued.
struct Interval {
  float across0 = 0;
  float across1 = 0;
  float from = 0;
  float to = 0;

  [[nodiscard]] float middle() const noexcept { return (across0 + across1) / 2; }
};

Interval along_x(const Box& box) noexcept {
  return {box.y0, box.y1, box.x0, box.x1};
}

Interval along_y(const Box& box) noexcept {
  return {box.x0, box.x1, box.y0, box.y1};
}

/// Joins intervals that continue each other. `apart` tells how far the edges of two may lie apart across.
std::vector<Interval> join(std::vector<Interval> intervals, float gap, float apart) {
  std::ranges::sort(intervals, {}, [](const Interval& one) { return std::tuple(one.across0, one.from); });
  // Those on one line stand together now, but not in the order in which they follow each other.
  std::vector<Interval> joined;
  for (std::size_t first = 0; first < intervals.size();) {
    auto end = first + 1;
    while (end < intervals.size() && intervals[end].across0 - intervals[first].across0 <= apart) {
      ++end;
    }
    const auto line = intervals.begin() + static_cast<std::ptrdiff_t>(first);
    const auto line_end = intervals.begin() + static_cast<std::ptrdiff_t>(end);
    std::sort(line, line_end, [](const Interval& a, const Interval& b) { return a.from < b.from; });
    const auto start = joined.size();
    for (auto one = line; one != line_end; ++one) {
      if (joined.size() > start && one->from <= joined.back().to + gap) {
        auto& last = joined.back();
        last.to = std::max(last.to, one->to);
        last.across0 = std::min(last.across0, one->across0);
        last.across1 = std::max(last.across1, one->across1);
      } else {
        joined.push_back(*one);
      }
    }
    first = end;
  }
  return joined;
}

void keep_first(std::vector<Box>& boxes) {
  std::ranges::sort(boxes, {}, [](const Box& box) { return std::tuple(box.y0, box.x0, box.y1, box.x1); });
  boxes.resize(std::min(boxes.size(), most_rules));
}

}  // namespace

std::vector<Box> joined_rules(std::vector<Box> rules) {
  constexpr float same_line = 0.8F;
  std::vector<Interval> level;
  std::vector<Interval> upright;
  for (const auto& rule : rules) {
    // The dots that borders have in their corners may continue either way.
    const bool is_dot = std::max(rule.width(), rule.height()) <= dash;
    if (is_level(rule) || is_dot) {
      level.push_back(along_x(rule));
    }
    if (!is_level(rule) || is_dot) {
      upright.push_back(along_y(rule));
    }
  }
  rules.clear();
  for (const auto& one : join(std::move(level), dash, same_line)) {
    if (one.to - one.from >= shortest_rule) {
      rules.push_back({one.from, one.across0, one.to, one.across1});
    }
  }
  for (const auto& one : join(std::move(upright), dash, same_line)) {
    if (one.to - one.from >= shortest_rule) {
      rules.push_back({one.across0, one.from, one.across1, one.to});
    }
  }
  keep_first(rules);
  return rules;
}

std::vector<Box> joined_fills(std::vector<Box> fills) {
  std::ranges::sort(fills, {}, [](const Box& box) { return std::tuple(box.y0, box.y1, box.x0, box.x1); });
  std::vector<Box> joined;
  for (const auto& fill : fills) {
    constexpr float slack = 0.5F;
    if (!joined.empty()) {
      auto& last = joined.back();
      if (std::abs(last.y0 - fill.y0) <= slack && std::abs(last.y1 - fill.y1) <= slack && fill.x0 <= last.x1 + slack) {
        last = united(last, fill);
        continue;
      }
    }
    joined.push_back(fill);
  }
  keep_first(joined);
  return joined;
}

}  // namespace docket::engine
