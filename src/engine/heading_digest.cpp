#include "engine/heading_digest.h"

#include <algorithm>
#include <numeric>
#include <span>
#include <tuple>
#include <utility>

#include "engine/text_style.h"
#include "engine/utf8.h"

namespace docket::engine {
namespace {

constexpr int max_level = 6;
constexpr std::uint64_t least_found_anywhere = 3;  ///< of an outline of which nobody knows where its items lead

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

std::size_t depth_of(const Block& block) noexcept {
  return std::min(static_cast<std::size_t>(std::max<int>(block.outline, 0)), outline_depths - 1);
}

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
  auto& sizes = page.source == Source::text ? text_sizes_ : recognised_sizes_;
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
    if (block.kind == BlockKind::heading && (styles_.size() < max_styles)) {
      auto& count = styles_[heading_style(block, page)];
      ++count.candidates;
      if (block.outline >= 0) {
        ++count.named[depth_of(block)];
        count.named_chars += style.chars;
      }
    } else if (block.outline >= 0 && block.kind == BlockKind::paragraph) {
      plain_named_chars_ += style.chars;
      ++plain_named_[depth_of(block)];
    }
  }
  outline_named_ += page.outlined.named;
  outline_found_ += page.outlined.found;
}

std::optional<std::size_t> HeadingDigest::Count::depth() const noexcept {
  const auto sum = std::accumulate(named.begin(), named.end(), std::uint32_t{0});
  if (sum == 0 || sum * 2 < candidates) {
    return std::nullopt;
  }
  return static_cast<std::size_t>(std::ranges::max_element(named) - named.begin());
}

bool HeadingDigest::believes_outline(const BodySizes& bodies) const {
  const bool is_found = outline_named_ > 0 ? outline_found_ > 0 && outline_found_ * 3 >= outline_named_
                                           : outline_found_ >= least_found_anywhere;
  if (!is_found) {
    return false;
  }
  // Headings that do not look like any are few.
  auto plain_chars = plain_named_chars_;
  for (const auto& [style, count] : styles_) {
    plain_chars += count.named_chars > 0 && !looks_like_heading(style, bodies) ? count.named_chars : 0;
  }
  return plain_chars * 5 <= chars_;
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
  result.has_outline_ = believes_outline(bodies);
  for (const auto& [style, count] : styles_) {
    if (looks_like_heading(style, bodies) || (result.has_outline_ && count.depth())) {
      accepted.push_back(style);
    } else {
      result.levels_[style] = 0;
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
      result.levels_[style] = static_cast<std::int8_t>(std::min(level + deeper, max_level));
    }
    level += 1 + most - fewest;
  }
  if (result.has_outline_) {
    std::vector<std::vector<HeadingStyle>> styles;
    styles.reserve(groups.size());
    for (auto& group : groups) {
      styles.push_back(std::move(group.styles));
    }
    follow_outline(result, styles);
  }
  return result;
}

std::int8_t HeadingLevels::level_of(const HeadingStyle& style) const {
  const auto found = levels_.find(style);
  return found == levels_.end() ? std::int8_t{0} : found->second;
}

std::int8_t HeadingLevels::level_of(const Block& block, const Page& page) const {
  const auto style = heading_style(block, page);
  const auto by_style = level_of(style);
  if (!has_outline_ || block.outline < 0) {
    return block.kind == BlockKind::heading ? by_style : std::int8_t{0};
  }
  const bool is_title = title_ && *title_ == style;
  return by_style > 0 && (is_title || !outline_tells_level_) ? by_style : outline_levels_[depth_of(block)];
}

void resolve_headings(Page& page, const HeadingLevels& levels) {
  for (auto& block : page.blocks) {
    if (block.kind == BlockKind::heading || (block.kind == BlockKind::paragraph && block.outline >= 0)) {
      block.level = levels.level_of(block, page);
      block.kind = block.level == 0 ? BlockKind::paragraph : BlockKind::heading;
    }
  }
}

}  // namespace docket::engine
