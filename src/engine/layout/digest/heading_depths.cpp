#include "engine/layout/digest/heading_depths.h"

#include <algorithm>
#include <numeric>

namespace docket::engine {
namespace {

std::int8_t capped(int level) noexcept {
  return static_cast<std::int8_t>(std::min(level, max_level));
}

/// The fewest parts of a number that some styles have, those without any left out; 0 if none has a number.
template <class Is>
int fewest_numbers(std::span<const HeadingStyle> styles, const Is& counts) {
  int fewest = 0;
  for (const auto& style : styles) {
    if (style.numbers > 0 && counts(style)) {
      fewest = fewest == 0 ? style.numbers : std::min<int>(fewest, style.numbers);
    }
  }
  return fewest;
}

int deeper_by_numbers(const HeadingStyle& style, int fewest) noexcept {
  return style.numbers > 0 && fewest > 0 ? std::max(style.numbers - fewest, 0) : 0;
}

/// The level of what is named and of which no depth and no style tells the level: that of most others that are named.
std::int8_t usual_level(const HeadingLevels& levels, const HeadingCounts& styles) {
  std::array<std::uint64_t, max_level + 1> found{};
  bool has_headings = false;
  for (const auto& [style, count] : styles) {
    const auto level = std::size_t{static_cast<std::uint8_t>(levels.level_of(style))};
    has_headings = has_headings || level > 0;
    found[level] += count.named[index_of(levels.first)].count();
  }
  const auto most = std::max_element(found.begin() + 1, found.end());
  if (*most > 0) {
    return static_cast<std::int8_t>(most - found.begin());
  }
  return has_headings ? std::int8_t{2} : std::int8_t{1};
}

}  // namespace

std::uint32_t NamedHeadings::count() const noexcept {
  return std::accumulate(depths.begin(), depths.end(), std::uint32_t{0});
}

std::optional<std::size_t> NamedHeadings::depth(std::uint32_t all) const noexcept {
  const auto sum = count();
  if (sum == 0 || sum * 2 < all) {
    return std::nullopt;
  }
  return static_cast<std::size_t>(std::ranges::max_element(depths) - depths.begin());
}

void follow_depths(HeadingLevels& levels, std::span<const std::vector<HeadingStyle>> groups,
                   const HeadingCounts& counts, const NamedHeadings& all_named) {
  const auto& named = all_named.depths;
  const auto depths = std::ranges::count_if(named, [](std::uint32_t count) { return count > 0; });
  levels.depth_tells_level = depths > 1;
  if (!levels.depth_tells_level) {
    levels.usual_level = usual_level(levels, counts);
    levels.depth_levels.fill(levels.usual_level);
    return;
  }
  const auto depth_of = [&](const HeadingStyle& style) { return counts.at(style).depth(levels.first); };
  const auto is_named = [&](const HeadingStyle& style) { return depth_of(style).has_value(); };
  const auto top = static_cast<std::size_t>(std::ranges::find_if(named, [](std::uint32_t count) { return count > 0; }) -
                                            named.begin());
  auto top_group = std::ranges::find_if(groups, [&](const std::vector<HeadingStyle>& group) {
    return std::ranges::any_of(group, [&](const HeadingStyle& style) { return depth_of(style) == top; });
  });
  if (top_group == groups.end()) {  // the chapters do not look like headings, or look like ordinary text
    top_group = std::ranges::find_if(
        groups, [&](const std::vector<HeadingStyle>& group) { return std::ranges::any_of(group, is_named); });
  }

  // A title that stands above the chapters: it is not named, or named as one of them.
  const bool has_title_above = top_group != groups.begin();
  if (!groups.empty() && !has_title_above && top_group->size() == 1 && counts.at(top_group->front()).candidates == 1 &&
      named[top] >= 3) {
    levels.title = top_group->front();
  }
  int level = has_title_above || levels.title ? 1 : 0;
  const int above = level;
  for (std::size_t depth = 0; depth < named_depths; ++depth) {
    level += named[depth] > 0 ? 1 : 0;
    levels.depth_levels[depth] = capped(std::max(level, 1));
  }

  int deepest = above;
  for (auto group = groups.begin(); group != groups.end(); ++group) {
    const std::span<const HeadingStyle> styles = *group;
    int base = deepest + 1;
    int fewest = fewest_numbers(styles, [](const HeadingStyle&) { return true; });
    if (std::ranges::any_of(styles, is_named)) {
      base = max_level;
      for (const auto& style : styles) {
        base = is_named(style) ? std::min<int>(base, levels.depth_levels[*depth_of(style)]) : base;
      }
      const int of_named = fewest_numbers(styles, is_named);
      fewest = of_named > 0 ? of_named : fewest;
    } else if (group < top_group) {
      base = above + 1;  // below the title, but not below the chapters; the first of them is the title
    }
    for (const auto& style : styles) {
      auto& its = levels.levels[style];
      if (levels.title && *levels.title == style) {
        its = 1;
      } else if (is_named(style)) {
        its = levels.depth_levels[*depth_of(style)];
      } else if (group < top_group) {
        its = std::min(its, capped(base));
      } else {
        its = capped(base + deeper_by_numbers(style, fewest));
      }
      if (group >= top_group) {
        deepest = std::max<int>(deepest, its);
      }
    }
  }
  levels.usual_level = usual_level(levels, counts);
}

}  // namespace docket::engine
