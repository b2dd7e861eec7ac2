#include "engine/layout/digest/heading_digest.h"

#include <algorithm>
#include <array>
#include <functional>
#include <numeric>
#include <optional>
#include <span>
#include <tuple>
#include <utility>

#include "base/utf8.h"
#include "engine/text/text_style.h"

namespace docket::engine {
namespace {

constexpr std::uint64_t least_found_anywhere = 3;  ///< of an outline whose items lead to unknown places

/// Characters of words in capitals only, of at least two letters.
std::uint64_t capital_chars(const Line& line) {
  std::uint64_t chars = 0;
  for (const auto& word : line.words) {
    std::uint64_t large = 0;
    bool has_small = false;
    for (std::string_view rest = word.text; !rest.empty() && !has_small;) {
      const auto c = first_char(rest);
      rest.remove_prefix(c.length);
      large += is_upper(c.code) ? 1 : 0;
      has_small = is_lower(c.code);
    }
    chars += has_small || large < 2 ? 0 : large;
  }
  return chars;
}

float points(const HeadingStyle& style) noexcept {
  return static_cast<float>(style.size) / 4;
}

/// Styles of one level: of about the same size, and alike in weight and capitals where these are known.
bool same_level(const HeadingStyle& a, const HeadingStyle& b) noexcept {
  if (a.recognised != b.recognised) {
    return false;
  }
  const float tolerance = a.recognised ? 0.12F : 0.035F;
  if (points(a) - points(b) > tolerance * points(a)) {
    return false;
  }
  return a.recognised || (a.bold == b.bold && a.italic == b.italic && a.capitals == b.capitals);
}

/// The order of importance: larger first, then bold, capitals, upright, unnumbered, fewer numbers.
bool is_above(const HeadingStyle& a, const HeadingStyle& b) noexcept {
  const auto rank = [](const HeadingStyle& style) {
    return std::tuple(-static_cast<int>(style.size), !style.bold, !style.capitals, style.italic, style.numbers);
  };
  return rank(a) < rank(b);
}

/// Styles that share a level, but for the numbers in front: "2" stands above "2.1".
struct LevelGroup {
  std::vector<HeadingStyle> styles;

  /// The fewest and the most parts of their numbers; both 0 without any.
  [[nodiscard]] std::pair<int, int> numbers() const noexcept {
    int fewest = 0;
    int most = 0;
    for (const auto& style : styles) {
      if (style.numbers > 0) {
        fewest = fewest == 0 ? style.numbers : std::min<int>(fewest, style.numbers);
        most = std::max<int>(most, style.numbers);
      }
    }
    return {fewest, most};
  }

  [[nodiscard]] int levels() const noexcept {
    const auto [fewest, most] = numbers();
    return 1 + most - fewest;
  }
};

constexpr std::array<NamedBy, 2> every_name{NamedBy::outline, NamedBy::tags};

/// Joins neighbouring groups, the nearest in size first, until there are no more levels than Markdown has: a document
/// with many sizes (covers, boxes) keeps the differences that matter.
void merge_nearest(std::vector<LevelGroup>& groups) {
  const auto count = [&] {
    return std::accumulate(groups.begin(), groups.end(), 0,
                           [](int sum, const LevelGroup& g) { return sum + g.levels(); });
  };
  while (groups.size() > 1 && count() > max_level) {
    std::size_t nearest = 1;
    float best = 0;
    for (std::size_t i = 1; i < groups.size(); ++i) {
      const auto ratio = points(groups[i].styles.front()) / points(groups[i - 1].styles.back());
      if (ratio > best) {
        best = ratio;
        nearest = i;
      }
    }
    auto& into = groups[nearest - 1].styles;
    const auto& from = groups[nearest].styles;
    into.insert(into.end(), from.begin(), from.end());
    groups.erase(groups.begin() + static_cast<std::ptrdiff_t>(nearest));
  }
}

}  // namespace

void HeadingDigest::add(const Page& page) {
  auto& sizes = page.measures != Measures::rough ? text_sizes_ : recognised_sizes_;
  for (const auto& block : page.blocks) {
    if (is_marginal(block.kind)) {
      continue;
    }
    const auto style = style_of(block.lines, page.fonts);
    sizes.add(style.size, style.chars);
    chars_ += style.chars;
    bold_chars_ += style.bold ? style.chars : 0;
    for (const auto& line : block.lines) {
      capital_chars_ += capital_chars(line);
    }
    const bool is_candidate = block.kind == BlockKind::heading && styles_.size() < max_styles;
    if (!is_candidate && block.kind != BlockKind::paragraph) {
      continue;
    }
    auto* const count = is_candidate ? &styles_[heading_style(block, page)] : nullptr;
    if (count != nullptr) {
      ++count->candidates;
    }
    for (const auto by : every_name) {
      if (const auto depth = depth_of(block, by); depth) {
        auto& named = count != nullptr ? count->named[index_of(by)] : plain_named_[index_of(by)];
        ++named.depths[*depth];
        named.chars += style.chars;
      }
    }
  }
  outline_named_ += page.outlined.named;
  outline_found_ += page.outlined.found;
}

NamedHeadings HeadingDigest::all_named(NamedBy by) const {
  auto all = plain_named_[index_of(by)];
  for (const auto& [style, count] : styles_) {
    const auto& named = count.named[index_of(by)];
    std::ranges::transform(all.depths, named.depths, all.depths.begin(), std::plus());
    all.chars += named.chars;
  }
  return all;
}

bool HeadingDigest::believes(NamedBy by, const BodySizes& bodies) const {
  const auto all = all_named(by);
  if (all.count() == 0 || (by == NamedBy::tags && all.chars * 3 > chars_)) {
    return false;
  }
  if (by == NamedBy::outline &&
      (outline_named_ > 0 ? outline_found_ * 3 < outline_named_ : outline_found_ < least_found_anywhere)) {
    return false;
  }
  // Headings that do not look like any are few.
  auto plain_chars = plain_named_[index_of(by)].chars;
  for (const auto& [style, count] : styles_) {
    const auto chars = count.named[index_of(by)].chars;
    plain_chars += chars > 0 && !looks_like_heading(style, bodies) ? chars : 0;
  }
  return plain_chars * 2 <= chars_;
}

bool HeadingDigest::looks_like_heading(const HeadingStyle& style, const BodySizes& bodies) const {
  const float body = style.recognised ? bodies.recognised : bodies.text;
  const float ratio = body > 0 ? points(style) / body : 1;
  if (style.recognised) {
    return ratio >= 1.35F;
  }
  if (ratio >= 1.1F) {
    return true;
  }
  if (ratio < 0.93F) {
    return false;
  }
  const bool bold_is_rare = bold_chars_ * 3 < chars_;
  const bool capitals_are_rare = capital_chars_ * 4 < chars_;
  return (style.bold && bold_is_rare) || (style.capitals && capitals_are_rare) || (style.numbers > 0 && style.italic);
}

HeadingLevels HeadingDigest::levels() const {
  std::vector<HeadingStyle> accepted;
  HeadingLevels result;
  const BodySizes bodies{.text = text_sizes_.mode(), .recognised = recognised_sizes_.mode()};
  for (const auto by : every_name) {
    result.believed[index_of(by)] = believes(by, bodies);
  }
  const bool tags_name_more = all_named(NamedBy::tags).count() > all_named(NamedBy::outline).count();
  result.first =
      result.believed[index_of(NamedBy::tags)] && (tags_name_more || !result.believed[index_of(NamedBy::outline)])
          ? NamedBy::tags
          : NamedBy::outline;
  for (const auto& [style, count] : styles_) {
    const bool is_named = std::ranges::any_of(
        every_name, [&, &all = count](NamedBy by) { return result.believed[index_of(by)] && all.depth(by); });
    if (is_named || looks_like_heading(style, bodies)) {
      accepted.push_back(style);
    } else {
      result.levels[style] = 0;
    }
  }
  std::ranges::sort(accepted, is_above);
  std::vector<LevelGroup> groups;
  for (const auto& style : accepted) {
    if (groups.empty() || !same_level(groups.back().styles.front(), style)) {
      groups.emplace_back();
    }
    groups.back().styles.push_back(style);
  }
  merge_nearest(groups);
  int level = 1;
  for (const auto& group : groups) {
    const auto [fewest, most] = group.numbers();
    for (const auto& style : group.styles) {
      const int deeper = style.numbers > 0 ? style.numbers - fewest : 0;
      result.levels[style] = static_cast<std::int8_t>(std::min(level + deeper, max_level));
    }
    level += 1 + most - fewest;
  }
  if (result.believed[index_of(result.first)]) {
    std::vector<std::vector<HeadingStyle>> styles;
    styles.reserve(groups.size());
    for (auto& group : groups) {
      styles.push_back(std::move(group.styles));
    }
    follow_depths(result, styles, styles_, all_named(result.first));
  }
  return result;
}

}  // namespace docket::engine
