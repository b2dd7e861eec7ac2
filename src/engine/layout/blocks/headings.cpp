#include "engine/layout/blocks/headings.h"

#include <algorithm>
#include <cmath>

#include "base/utf8.h"
#include "engine/layout/blocks/captions.h"
#include "engine/layout/digest/heading_levels.h"
#include "engine/text/continuation.h"
#include "engine/text/list_marker.h"
#include "engine/text/size_histogram.h"
#include "engine/text/text_style.h"

namespace docket::engine {
namespace {

constexpr std::size_t max_heading_lines = 5;
constexpr std::size_t max_heading_words = 40;

struct LetterCounts {
  std::size_t chars = 0;
  std::size_t letters = 0;
  std::size_t small = 0;
  std::size_t large = 0;
  std::size_t words = 0;
  std::size_t capitalised = 0;   ///< words that begin with a capital
  std::size_t raised_marks = 0;  ///< small words without letters, as footnote numbers behind authors' names
};

LetterCounts count_letters(const Block& block, float size) {
  LetterCounts counts;
  for (const auto& line : block.lines) {
    for (const auto& word : line.words) {
      ++counts.words;
      bool has_letter = false;
      counts.capitalised += is_upper(first_char(word.text).code) ? 1 : 0;
      for (std::string_view rest = word.text; !rest.empty();) {
        const auto c = first_char(rest);
        rest.remove_prefix(c.length);
        ++counts.chars;
        if (is_letter(c.code)) {
          has_letter = true;
          ++counts.letters;
          counts.small += is_lower(c.code) ? 1 : 0;
          counts.large += is_upper(c.code) ? 1 : 0;
        }
      }
      if (!has_letter && size_of(word) < 0.82F * size) {
        ++counts.raised_marks;
      }
    }
  }
  return counts;
}

/// Names of authors carry the marks of their footnotes; a heading hardly does.
bool is_names(const LetterCounts& counts) noexcept {
  return counts.raised_marks >= 2 ||
         (counts.raised_marks == 1 && counts.words <= 7 && counts.capitalised + 1 == counts.words);
}

bool is_all_capitals(const LetterCounts& counts) noexcept {
  return counts.large >= 3 && counts.small == 0;
}

/// How many parts the number in front of a heading has: 1 for "3", "3." and "IV.", 2 for "2.1"; 0 if there is none.
std::uint8_t number_parts(std::string_view word) {
  if (word.empty() || word.size() > 12) {
    return 0;
  }
  if (is_digit(static_cast<unsigned char>(word.front()))) {
    std::uint8_t parts = 1;
    std::size_t digits = 0;
    for (std::size_t i = 0; i < word.size(); ++i) {
      if (word[i] == '.') {
        if (digits == 0) {
          return 0;
        }
        digits = 0;
        parts = static_cast<std::uint8_t>(parts + (i + 1 < word.size() ? 1 : 0));
      } else if (!is_digit(static_cast<unsigned char>(word[i])) || ++digits > 3) {
        return 0;
      }
    }
    return parts;
  }
  const auto readings = read_marker(word);
  const bool counts = !readings.empty() && readings.front().is_number() && readings.front().open == 0 &&
                      readings.front().close == '.' && is_upper(static_cast<unsigned char>(word.front()));
  return counts ? 1 : 0;
}

/// A list item is a heading only if no item of its own style is right beside it.
bool is_item_of_list(const std::vector<Block>& blocks, std::size_t i, const Page& page) {
  const auto alike = [&](std::size_t other) {
    if (other >= blocks.size() || blocks[other].kind != BlockKind::list_item) {
      return false;
    }
    const auto style = style_of(blocks[i].lines, page.fonts);
    const auto its = style_of(blocks[other].lines, page.fonts);
    return style.bold == its.bold && std::abs(style.size - its.size) < 0.05F * style.size;
  };
  return alike(i + 1) || (i > 0 && alike(i - 1));
}

/// Whether pieces of one row stand far from each other, as cells do; behind a heading's number there may be a space.
bool is_tabular(const Block& block, float size) {
  for (std::size_t i = 1; i < block.lines.size(); ++i) {
    const auto& line = block.lines[i - 1];
    const bool is_number = i == 1 && line.words.size() == 1 && number_parts(line.words.front().text) > 0;
    if (!is_number && beside(line, block.lines[i]) && block.lines[i].box.x0 - line.box.x1 > 1.8F * size) {
      return true;
    }
  }
  return false;
}

struct PageStyle {
  float body_size = 0;
  std::uint64_t chars = 0;
};

/// `style` is the block's.
bool is_candidate(const Page& page, std::size_t index, const TextStyle& style, const PageStyle& normal) {
  const auto& block = page.blocks[index];
  if (block.lines.empty() || block.lines.size() > max_heading_lines || is_marginal(block.kind)) {
    return false;
  }
  const auto counts = count_letters(block, style.size);
  if (counts.letters < 2 || counts.letters * 100 < counts.chars * 45 || counts.words > max_heading_words ||
      is_names(counts) || begins_caption(block.lines) || style.monospace || is_tabular(block, style.size)) {
    return false;
  }
  const auto& last = block.lines.back().words.back().text;
  const bool is_large = style.size >= 1.08F * normal.body_size;
  const auto parts = number_parts(block.lines.front().words.front().text);
  if (block.kind == BlockKind::list_item &&
      (parts == 0 || (!is_large && !style.bold) || is_item_of_list(page.blocks, index, page))) {
    return false;
  }
  if (is_large) {
    return last.back() != ',' && !(ends_sentence(last) && counts.words > 15);
  }
  // A page of few words may be a title page, or have its own "body" size: the document decides.
  const bool is_sparse = normal.chars < 600 && style.size >= 0.95F * normal.body_size;
  const bool stands_out = style.bold || (is_all_capitals(counts) && page.measures != Measures::rough) ||
                          (parts > 0 && style.italic) || is_sparse;
  const bool reads_so = last.back() != '.' && last.back() != ',' && last.back() != ';' &&
                        !starts_small(block.lines.front().words.front().text);
  return stands_out && reads_so && block.lines.size() <= 3 && counts.words <= 16;
}

}  // namespace

HeadingStyle heading_style(const Block& block, const Page& page) {
  const auto style = style_of(block.lines, page.fonts);
  HeadingStyle heading;
  heading.size = static_cast<std::uint16_t>(std::lround(std::clamp(style.size, 0.0F, 1000.0F) * 4));
  heading.bold = style.bold;
  heading.italic = style.italic;
  heading.capitals = is_all_capitals(count_letters(block, style.size));
  heading.recognised = page.measures == Measures::rough;
  heading.numbers = block.lines.empty() || block.lines.front().words.empty()
                        ? std::uint8_t{0}
                        : number_parts(block.lines.front().words.front().text);
  return heading;
}

void mark_headings(Page& page) {
  PageStyle normal;
  SizeHistogram sizes;
  std::vector<TextStyle> styles;
  styles.reserve(page.blocks.size());
  for (const auto& block : page.blocks) {
    const auto& style = styles.emplace_back(style_of(block.lines, page.fonts));
    if (!is_marginal(block.kind)) {
      sizes.add(style.size, style.chars);
    }
  }
  normal.body_size = sizes.mode();
  normal.chars = sizes.total();
  std::vector<std::size_t> headings;  // marked after all were judged, by what they and their neighbours are now
  for (std::size_t i = 0; i < page.blocks.size(); ++i) {
    if (is_candidate(page, i, styles[i], normal)) {
      headings.push_back(i);
    }
  }
  for (const auto i : headings) {
    page.blocks[i].kind = BlockKind::heading;
    page.blocks[i].level = 0;
    page.blocks[i].marker.clear();
  }
}

}  // namespace docket::engine
