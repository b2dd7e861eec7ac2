#include "engine/heading_digest.h"

#include <algorithm>
#include <span>

#include "engine/text_style.h"
#include "engine/utf8.h"

namespace docket::engine {
namespace {

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

}  // namespace

void HeadingDigest::add(const Page& page) {
  auto& sizes = page.source == Source::text ? text_sizes_ : recognised_sizes_;
  for (const auto& block : page.blocks) {
    if (block.kind == BlockKind::margin) {
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
  int level = 0;
  for (std::size_t i = 0; i < accepted.size();) {
    auto end = i + 1;
    while (end < accepted.size() && same_level(accepted[i], accepted[end])) {
      ++end;
    }
    // Within one style the number tells the depth: "2" above "2.1".
    const auto group = std::span(accepted).subspan(i, end - i);
    int fewest = 0;
    int most = 0;
    for (const auto& style : group) {
      if (style.numbers > 0) {
        fewest = fewest == 0 ? style.numbers : std::min<int>(fewest, style.numbers);
        most = std::max<int>(most, style.numbers);
      }
    }
    ++level;
    for (const auto& style : group) {
      const int deeper = style.numbers > 0 ? style.numbers - fewest : 0;
      result.levels_[style] = static_cast<std::int8_t>(std::min(level + deeper, 6));
    }
    level += most - fewest;
    i = end;
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
