#include "engine/pdf/text/pdf_text_layer.h"

#include <PDFDoc.h>

#include <algorithm>
#include <iterator>
#include <span>
#include <string>
#include <utility>

#include "engine/pdf/text/pdf_characters.h"
#include "engine/pdf/text/pdf_font.h"
#include "engine/pdf/text/pdf_layer_device.h"
#include "engine/pdf/text/pdf_lines.h"
#include "engine/pdf/text/pdf_page_tags.h"
#include "engine/pdf/text/pdf_pitch.h"
#include "engine/pdf/text/pdf_words.h"
#include "engine/text/text_layer_check.h"
#include "engine/text/unicode_text.h"

namespace docket::engine {
namespace {

/// Makes lines of text of a page's characters. One a page.
class LayerBuilder {
 public:
  LayerBuilder(LayerDevice& device, PageTags tags)
      : device_(device), tags_(std::move(tags)), known_(device.glyphs().fonts().size(), not_asked) {}

  TextLayer build() {
    glyphs_ = device_.glyphs().take();
    const auto source = make_lines(make_words(glyphs_), glyphs_);
    layer_.lines.reserve(source.lines.size());
    for (std::size_t at = 0; at < source.lines.size(); ++at) {
      const auto& line = source.lines[at];
      add_line(std::span(source.words).subspan(line.first, line.end - line.first), line.base);
      if (at + 1 == source.lines.size() || source.lines[at + 1].group != line.group) {
        end_group();
      }
    }
    for (std::size_t i = 0; i < layer_.fonts.size(); ++i) {
      layer_.fonts[i].monospace = layer_.fonts[i].monospace || pitches_[i].is_fixed();
    }
    layer_.tags = tags_.take();
    return std::move(layer_);
  }

 private:
  void end_group() {
    // A line of Latin words in a right-to-left paragraph is read from right to left, too.
    for (const auto& [line, directions] : visual_) {
      put_in_reading_order(layer_.lines[line].words, logical_order(directions, balance_ < 0));
    }
    visual_.clear();
    balance_ = 0;
    ++group_;
  }

  void add_line(std::span<const GlyphWord> source, float base) {
    words_.clear();
    directions_.clear();
    const GlyphWord* first = nullptr;
    tags_.begin_line();
    for (const auto& word : source) {
      if (add_word(word)) {
        first = first == nullptr ? &word : first;
        tags_.add_word(glyphs_.glyphs[word.first].position, static_cast<int>(word.length()));
      }
    }
    if (first == nullptr) {
      return;
    }
    Line line;
    // Whether a space follows the last word is decided where lines are joined.
    words_.back().space_after = true;
    line.words.assign(std::make_move_iterator(words_.begin()), std::make_move_iterator(words_.end()));
    note_directions();
    line.box = line.words.front().box;
    for (const auto& word : line.words) {
      line.box = united(line.box, word.box);
      layer_.covered += static_cast<double>(word.box.width()) * static_cast<double>(word.box.height());
    }
    // The baseline of lines that run up or down is no y coordinate.
    const bool is_level = first->turns % 2 == 0;
    line.baseline = !is_level ? line.box.y1 : first->turns == 0 ? base : -base;
    line.group = group_;
    if (first->turns == 1 && style_of(first->first).is_vertical) {
      line.writing_mode = WritingMode::vertical;
    }
    line.tag = tags_.of_line();
    layer_.lines.push_back(std::move(line));
  }

  // Adds a word in parts, if it changes from bold to plain.
  bool add_word(const GlyphWord& source) {
    bool added = false;
    for (auto from = source.first; from < source.end;) {
      auto to = from + 1;
      while (to < source.end && look_alike(to - 1, to)) {
        ++to;
      }
      added = add_part(source, from, to) || added;
      from = to;
    }
    if (!words_.empty() && source.space_after) {
      words_.back().space_after = true;
    }
    return added;
  }

  bool add_part(const GlyphWord& source, std::uint32_t from, std::uint32_t to) {
    characters_.clear();
    for (auto at = from; at < to; ++at) {
      characters_.push_back(glyphs_.glyphs[at].code);
    }
    const auto direction = direction_of(characters_);
    if (direction == Direction::right_to_left) {
      make_logical(characters_);
    }
    compose(characters_);
    Word word;
    word.text.reserve(characters_.size());
    for (const auto character : characters_) {
      append_searchable(word.text, character);
    }
    if (word.text.empty()) {
      return false;
    }
    auto box = source.box;
    if (to - from != source.length()) {
      box.along0 = glyphs_.glyphs[from].start;
      box.along1 = glyphs_.glyphs[to - 1].end;
    }
    word.box = on_page(box, source.turns);
    word.size = source.size;
    word.font = font_index(style_of(from).font);
    if (word.font >= 0 && source.turns == 0) {
      pitches_[static_cast<std::size_t>(word.font)].add(word);
    }
    word.link = device_.links().empty() ? std::int16_t{-1} : link_index(word.box);
    word.space_after = to == source.end && source.space_after;
    words_.push_back(std::move(word));
    directions_.push_back(direction);
    return true;
  }

  [[nodiscard]] const GlyphStyle& style_of(std::uint32_t glyph) const {
    return glyphs_.styles[glyphs_.glyphs[glyph].style];
  }

  bool look_alike(std::uint32_t one, std::uint32_t other) {
    if (glyphs_.glyphs[one].style == glyphs_.glyphs[other].style) {
      return true;
    }
    const auto a = font_index(style_of(one).font);
    const auto b = font_index(style_of(other).font);
    if (a < 0 || b < 0 || a == b) {
      return true;
    }
    const auto& first = layer_.fonts[static_cast<std::size_t>(a)];
    const auto& second = layer_.fonts[static_cast<std::size_t>(b)];
    return first.bold == second.bold && first.italic == second.italic && first.monospace == second.monospace;
  }

  // The next line's words stand in visual order as yet, which has to be changed where some of them run right to left.
  void note_directions() {
    bool any = false;
    for (const auto direction : directions_) {
      balance_ += direction == Direction::left_to_right ? 1 : direction == Direction::right_to_left ? -1 : 0;
      any = any || direction == Direction::right_to_left;
    }
    if (any) {
      visual_.emplace_back(layer_.lines.size(), directions_);
    }
  }

  static void put_in_reading_order(std::vector<Word>& words, const std::vector<std::size_t>& order) {
    std::vector<Word> ordered;
    ordered.reserve(words.size());
    for (std::size_t at = 0; at < order.size(); ++at) {
      bool space = true;
      if (at + 1 < order.size()) {
        const auto [left, right] = std::minmax(order[at], order[at + 1]);
        space = right - left != 1 || words[left].space_after;
      }
      ordered.push_back(words[order[at]]);
      ordered.back().space_after = space;
    }
    words = std::move(ordered);
  }

  // Of one of the page's fonts.
  std::int16_t font_index(std::int32_t page_font) {
    if (page_font < 0) {
      return -1;
    }
    auto& known = known_[static_cast<std::size_t>(page_font)];
    if (known == not_asked) {
      known = add_font(device_.glyphs().fonts()[static_cast<std::size_t>(page_font)]);
    }
    return known;
  }

  std::int16_t add_font(const PageFont& page_font) {
    const auto font = describe_font(page_font.name(), page_font.flags());
    auto& fonts = layer_.fonts;
    auto known = std::find(fonts.begin(), fonts.end(), font);
    if (known == fonts.end()) {
      if (fonts.size() >= max_fonts) {
        return -1;
      }
      known = fonts.insert(known, font);
      pitches_.emplace_back();
    }
    return static_cast<std::int16_t>(known - fonts.begin());
  }

  // Of the link under the middle of `box`.
  std::int16_t link_index(const Box& box) {
    const auto& areas = device_.links();
    const auto area =
        std::find_if(areas.begin(), areas.end(), [&box](const LinkArea& one) { return holds_middle(one.box, box); });
    if (area == areas.end()) {
      return -1;
    }
    auto& links = layer_.links;
    const auto known = std::find(links.begin(), links.end(), area->uri);
    const auto index = static_cast<std::int16_t>(known - links.begin());
    if (known == links.end()) {
      links.push_back(area->uri);
    }
    return index;
  }

  static constexpr std::size_t max_fonts = 1000;
  static constexpr std::int16_t not_asked = -2;

  LayerDevice& device_;
  PageTags tags_;
  PageGlyphs glyphs_;
  TextLayer layer_;
  std::int32_t group_ = 0;
  std::vector<std::int16_t> known_;  ///< what the page's fonts are in the layer
  std::vector<FontPitch> pitches_;   ///< of the layer's fonts
  // Of the group in hand: its lines with words that run right to left, and how many words more run left to right.
  std::vector<std::pair<std::size_t, std::vector<Direction>>> visual_;
  int balance_ = 0;
  // Of the line in hand; members to keep their memory from line to line.
  std::vector<Word> words_;
  std::vector<Direction> directions_;
  std::vector<char32_t> characters_;
};

/// What of a line of the sheet lies beyond the page, in the page's coordinates; no words if nothing does.
Line beyond(Line line, const Box& page) {
  // As it is told what belongs to a page: by where a character stands on its baseline, not by its ink. The baseline
  // of a line that runs up or down is not known; it is near its middle.
  const bool is_level = line.baseline < line.box.y1;
  std::erase_if(line.words, [&](const Word& word) {
    const auto stem = is_level ? Box{word.box.x0, line.baseline, word.box.x1, line.baseline}
                               : Box{middle_x(word.box), word.box.y0, middle_x(word.box), word.box.y1};
    const auto shared = intersection(stem, page);
    return shared.width() >= 0 && shared.height() >= 0;
  });
  for (auto& word : line.words) {
    word.box = {word.box.x0 - page.x0, word.box.y0 - page.y0, word.box.x1 - page.x0, word.box.y1 - page.y0};
    word.font = -1;
    word.link = -1;
    line.box = &word == line.words.data() ? word.box : united(line.box, word.box);
  }
  line.baseline -= page.y0;
  return line;
}

}  // namespace

std::vector<Block> read_hidden_text(PDFDoc& document, int page, const Surroundings& sheet) {
  LayerDevice device({.width = sheet.width, .height = sheet.height, .may_have_images = false});
  document.displayPage(&device, page, 72, 72, 0, /*useMediaBox=*/true, /*crop=*/false, /*printing=*/false);
  LayerBuilder builder(device, PageTags(device.marks(), nullptr, Ref::INVALID()));
  std::vector<Block> blocks;
  std::int32_t group = -1;
  for (auto& whole : builder.build().lines) {
    auto line = beyond(std::move(whole), sheet.page);
    if (line.words.empty()) {
      continue;
    }
    if (blocks.empty() || line.group != group) {
      group = line.group;
      blocks.emplace_back().box = line.box;
    }
    blocks.back().box = united(blocks.back().box, line.box);
    blocks.back().lines.push_back(std::move(line));
  }
  return blocks;
}

TextLayer read_text_layer(PDFDoc& document, int page, const PageFrame& frame, PdfStructure* structure) {
  LayerDevice device(frame);
  document.displayPage(&device, page, 72, 72, 0, /*useMediaBox=*/false, /*crop=*/true, /*printing=*/false);
  document.processLinks(&device, page);
  ::Page* const source = document.getPage(page);
  LayerBuilder builder(device,
                       PageTags(device.marks(), structure, source != nullptr ? source->getRef() : Ref::INVALID()));
  auto layer = builder.build();
  layer.rules = device.paths().take_rules(frame.width, frame.height);
  layer.fills = device.paths().take_fills(frame.width, frame.height);
  layer.shapes = device.paths().take_shapes(frame.width, frame.height);
  layer.images = device.images().take();
  layer.is_invisible = device.tally().is_mostly_invisible();
  if (device.tally().is_mostly_meaningless() ||
      (layer.is_invisible && (is_mostly_signs(layer.lines) || is_heap(layer.lines)))) {
    layer.meaning = Meaning::none;
  } else if (has_doubtful_letters(layer.lines)) {
    layer.meaning = Meaning::doubtful;
  }
  return layer;
}

}  // namespace docket::engine
