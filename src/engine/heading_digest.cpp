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
      ++styles_[heading_style(block, page)];
    }
  }
}

bool HeadingDigest::is_heading(const HeadingStyle& style, float body) const {
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
  const float text_body = text_sizes_.mode();
  const float recognised_body = recognised_sizes_.mode();
  std::vector<HeadingStyle> accepted;
  HeadingLevels result;
  for (const auto& [style, count] : styles_) {
    if (is_heading(style, style.recognised ? recognised_body : text_body)) {
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
  return result;
}

std::int8_t HeadingLevels::level_of(const HeadingStyle& style) const {
  const auto found = levels_.find(style);
  return found == levels_.end() ? std::int8_t{0} : found->second;
}

void resolve_headings(Page& page, const HeadingLevels& levels) {
  for (auto& block : page.blocks) {
    if (block.kind == BlockKind::heading) {
      block.level = levels.level_of(heading_style(block, page));
      if (block.level == 0) {
        block.kind = BlockKind::paragraph;
      }
    }
  }
}

}  // namespace docket::engine
