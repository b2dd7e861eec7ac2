#include "engine/layout/blocks/outline.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/utf8.h"
#include "engine/layout/blocks/captions.h"
#include "engine/text/continuation.h"
#include "engine/text/text_style.h"

namespace docket::engine {
namespace {

constexpr std::size_t most_title_lines = 6;       ///< of a heading
constexpr std::size_t most_blocks = 3;            ///< that a heading was taken for: its number, its lines
constexpr std::size_t least_letters = 2;          ///< bytes of a title's key
constexpr std::size_t most_items_compared = 200;  ///< items of a page that are looked for by how they begin
constexpr std::size_t least_beginning = 12;       ///< bytes of a key that say enough if the rest is missing
constexpr std::size_t most_alike = 32;            ///< positions of the same text that are compared
constexpr std::int8_t deepest = 100;

/// The parts of a number in front of a title, as "2.1" of "2.1." and "(2.1)"; nothing if the word is not a number.
std::string number_in(std::string_view word) {
  while (!word.empty() && (word.front() == '(' || word.front() == '[')) {
    word.remove_prefix(1);
  }
  while (!word.empty() && std::string_view(".:)]-").find(word.back()) != std::string_view::npos) {
    word.remove_suffix(1);
  }
  const bool is_plain =
      !word.empty() && word.size() <= 12 && word.find_first_not_of("0123456789.-") == std::string_view::npos;
  return is_plain && is_digit(static_cast<unsigned char>(word.front())) ? std::string(word) : std::string();
}

std::string_view first_word(std::string_view text) {
  const auto begin = std::min(text.find_first_not_of(' '), text.size());
  text.remove_prefix(begin);
  return text.substr(0, text.find(' '));
}

void append_letters(std::string& key, std::string_view text) {
  while (!text.empty()) {
    const auto c = first_char(text);
    text.remove_prefix(c.length);
    const bool combines = c.code >= 0x300 && c.code <= 0x36F;
    if (!combines && (is_letter(c.code) || is_digit(c.code))) {
      append_char(key, to_lower(c.code));
    }
  }
}

/// A block, or some neighbours together, that may be what an item names.
struct TitlePosition {
  std::size_t first = 0;
  std::size_t count = 1;
  TitleKey key;
};

bool may_be_named(const Block& block) {
  return is_plain_text(block.kind) && !block.lines.empty() && block.lines.size() <= most_title_lines &&
         !begins_caption(block.lines);
}

/// Whether `next` stands below `last` or beside it, close enough to be the same heading.
bool is_near(const Block& last, const Block& next) {
  const float size = std::max(size_of(last.lines.back().words.back()), size_of(next.lines.front().words.front()));
  const bool is_below = next.box.y0 >= last.box.y0 && next.box.y0 - last.box.y1 < 3 * size &&
                        next.box.x0 < last.box.x1 && next.box.x1 > last.box.x0;
  return is_below || beside(last.lines.back(), next.lines.front());
}

/// The positions of a page by the letters of their keys. Lives for one call of mark_outlined().
class TitlePositions {
 public:
  explicit TitlePositions(const std::vector<Block>& blocks) : blocks_(blocks) {
    for (std::size_t first = 0; first < blocks.size(); ++first) {
      std::string text;
      for (std::size_t count = 1; count <= most_blocks && first + count <= blocks.size(); ++count) {
        const auto& block = blocks[first + count - 1];
        if (!may_be_named(block) || (count > 1 && !is_near(blocks[first + count - 2], block))) {
          break;
        }
        text += (count > 1 ? " " : "") + text_of(block);
        add({first, count, title_key(text)});
      }
    }
  }

  /// The position that `title` names, the likeliest of several: what looks like a heading already, then what is larger,
  /// then what comes first. `is_sure`: text of any look will do.
  [[nodiscard]] const TitlePosition* find(const TitleKey& title, bool is_sure) const {
    const TitlePosition* best = nullptr;
    const auto [begin, end] = by_letters_.equal_range(title.letters);
    std::size_t compared = 0;
    for (auto it = begin; it != end && compared < most_alike; ++it, ++compared) {
      const auto& position = positions_[it->second];
      if (position.key.matches(title) && is_free(position) && (is_sure || is_candidate(position)) &&
          (best == nullptr || rank(position) > rank(*best))) {
        best = &position;
      }
    }
    return best;
  }

  /// The heading candidate that begins as `title` does, where most of both is the same: titles are cut off, headings
  /// have marks of footnotes.
  [[nodiscard]] const TitlePosition* find_beginning(const TitleKey& title) const {
    const auto found = std::ranges::find_if(positions_, [&](const TitlePosition& position) {
      const auto& a = position.key.letters;
      const auto& b = title.letters;
      const auto [less, more] = std::minmax({a.size(), b.size()});
      return less >= least_beginning && less * 10 >= more * 6 && a.compare(0, less, b, 0, less) == 0 &&
             is_candidate(position) && is_free(position);
    });
    return found == positions_.end() ? nullptr : &*found;
  }

 private:
  void add(TitlePosition position) {
    if (position.key.letters.size() >= least_letters) {
      by_letters_.emplace(position.key.letters, positions_.size());
      positions_.push_back(std::move(position));
    }
  }

  [[nodiscard]] std::span<const Block> blocks_of(const TitlePosition& position) const {
    return std::span(blocks_).subspan(position.first, position.count);
  }

  [[nodiscard]] bool is_free(const TitlePosition& position) const {
    return std::ranges::none_of(blocks_of(position), [](const Block& block) { return block.outline >= 0; });
  }

  [[nodiscard]] bool is_candidate(const TitlePosition& position) const {
    return std::ranges::any_of(blocks_of(position),
                               [](const Block& block) { return block.kind == BlockKind::heading; });
  }

  [[nodiscard]] std::pair<bool, float> rank(const TitlePosition& position) const {
    return {is_candidate(position), style_of(blocks_[position.first].lines, {}).size};
  }

  const std::vector<Block>& blocks_;
  std::vector<TitlePosition> positions_;
  std::multimap<std::string, std::size_t> by_letters_;
};

/// Makes one heading's block of a position: depth, and kind of text that is not a list item or code any more. Blocks
/// that are joined to the first are left without lines.
void take(std::vector<Block>& blocks, const TitlePosition& position, std::uint8_t depth) {
  auto& block = blocks[position.first];
  for (std::size_t i = position.first + 1; i < position.first + position.count; ++i) {
    block.box = united(block.box, blocks[i].box);
    std::ranges::move(blocks[i].lines, std::back_inserter(block.lines));
    blocks[i].lines.clear();
    if (blocks[i].kind == BlockKind::heading) {
      block.kind = BlockKind::heading;
    }
    blocks[i].outline = 0;  // not to be taken once more; it is removed
  }
  block.outline = static_cast<std::int8_t>(std::min<int>(depth, deepest));
  block.level = 0;
  block.marker.clear();
  if (block.kind != BlockKind::heading) {
    block.kind = BlockKind::paragraph;
  }
}

}  // namespace

TitleKey title_key(std::string_view title) {
  TitleKey key;
  const auto word = first_word(title);
  key.number = number_in(word);
  if (!key.number.empty()) {
    title.remove_prefix(static_cast<std::size_t>(word.data() - title.data()) + word.size());
  }
  append_letters(key.letters, title);
  return key;
}

bool is_heading_title(std::string_view title) {
  static constexpr std::array<std::string_view, 14> page_words{"page",   "pages",    "slide",       "seite",   "folie",
                                                               "página", "pagina",   "diapositive", "p",       "pg",
                                                               "sheet",  "bookmark", "blank",       "untitled"};
  static constexpr std::array<std::string_view, 12> extensions{".pdf",  ".doc", ".docx", ".ppt",  ".pptx", ".xls",
                                                               ".xlsx", ".dvi", ".tex",  ".indd", ".txt",  ".html"};
  if (!has_letter(title)) {
    return false;
  }
  std::string small;
  for (std::string_view rest = title; !rest.empty();) {
    const auto c = first_char(rest);
    rest.remove_prefix(c.length);
    append_char(small, to_lower(c.code));
  }
  small.erase(small.find_last_not_of(' ') + 1);
  if (std::ranges::any_of(extensions, [&](std::string_view end) { return small.ends_with(end); })) {
    return false;
  }
  auto word = first_word(small);
  const auto digits = word.find_first_of("0123456789.");
  const auto rest = std::string_view(small).substr(static_cast<std::size_t>(word.data() - small.data()) +
                                                   std::min(digits, word.size()));
  word = word.substr(0, digits);
  return has_letter(rest) || std::ranges::find(page_words, word) == page_words.end();
}

void mark_outlined(Page& page) {
  const auto items = std::exchange(page.outline, {});
  if (items.empty()) {
    return;
  }
  const TitlePositions positions(page.blocks);
  std::size_t compared = 0;
  for (const auto& item : items) {
    page.outlined.named += item.is_here ? 1 : 0;
    if (!is_heading_title(item.title)) {
      continue;
    }
    const auto key = title_key(item.title);
    const auto* position = positions.find(key, item.is_here);
    if (position == nullptr && item.is_here && compared < most_items_compared) {
      ++compared;
      position = positions.find_beginning(key);
    }
    if (position != nullptr) {
      take(page.blocks, *position, item.depth);
      ++page.outlined.found;
    }
  }
  std::erase_if(page.blocks, [](const Block& block) { return block.outline >= 0 && block.lines.empty(); });
}

}  // namespace docket::engine
