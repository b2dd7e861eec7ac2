#include "engine/pdf_text.h"

#include <PDFDoc.h>
#include <UnicodeTypeTable.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "engine/pdf_font.h"
#include "engine/pdf_layer_device.h"
#include "engine/pdf_page_tags.h"
#include "engine/text_layer_check.h"
#include "engine/unicode_text.h"

namespace docket::engine {
namespace {

/// Whether a font's characters are all of one width, told from words: not every descriptor says so.
class Pitch {
 public:
  void add(const Word& word) noexcept {
    const auto letters = static_cast<std::size_t>(std::count_if(
        word.text.begin(), word.text.end(), [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }));
    const bool is_plain = std::none_of(word.text.begin(), word.text.end(), [](char c) { return c < 0x20; });
    if (letters == 0 || word.size <= 0 || !is_plain) {
      return;  // digits are of one width in most fonts
    }
    const float width = word.box.width() / (word.size * static_cast<float>(word.text.size()));
    narrowest_ = words_ == 0 ? width : std::min(narrowest_, width);
    widest_ = words_ == 0 ? width : std::max(widest_, width);
    ++words_;
    letters_ += letters;
  }

  [[nodiscard]] bool is_fixed() const noexcept {
    return words_ >= least_words && letters_ >= least_letters && widest_ - narrowest_ < 0.02F * widest_;
  }

 private:
  static constexpr std::size_t least_words = 4;
  static constexpr std::size_t least_letters = 16;

  float narrowest_ = 0;
  float widest_ = 0;
  std::size_t words_ = 0;
  std::size_t letters_ = 0;
};

/// Turns Poppler's words into ours. One a page.
class LayerBuilder {
 public:
  LayerBuilder(const LayerDevice& device, PageTags tags) : device_(device), tags_(std::move(tags)) {}

  void add_block(const TextBlock& block) {
    const auto before = layer_.lines.size();
    balance_ = 0;
    for (const auto* line = block.getLines(); line != nullptr; line = line->getNext()) {
      add_line(*line);
    }
    // A line of Latin words in a paragraph that runs leftwards runs leftwards, too.
    for (const auto& [line, directions] : visual_) {
      put_in_reading_order(layer_.lines[line].words, logical_order(directions, balance_ < 0));
    }
    visual_.clear();
    if (layer_.lines.size() > before) {
      ++group_;
    }
  }

  TextLayer take() {
    for (std::size_t i = 0; i < layer_.fonts.size(); ++i) {
      layer_.fonts[i].monospace = layer_.fonts[i].monospace || pitches_[i].is_fixed();
    }
    layer_.tags = tags_.take();
    return std::move(layer_);
  }

 private:
  void add_line(const TextLine& source) {
    words_.clear();
    directions_.clear();
    const TextWord* first = nullptr;
    tags_.begin_line();
    for (const auto* word = source.getWords(); word != nullptr; word = word->getNext()) {
      if (add_word(*word)) {
        first = first == nullptr ? word : first;
        tags_.add_word(word->getCharPos(), word->getLength());
      }
    }
    if (first == nullptr) {
      return;
    }
    Line line;
    // The space after the last word is up to whoever joins lines.
    words_.back().space_after = true;
    line.words.assign(std::make_move_iterator(words_.begin()), std::make_move_iterator(words_.end()));
    note_directions();
    line.box = line.words.front().box;
    for (const auto& word : line.words) {
      line.box = united(line.box, word.box);
      layer_.covered += static_cast<double>(word.box.width()) * static_cast<double>(word.box.height());
    }
    // Poppler's baseline is an x coordinate in lines that run up or down.
    const bool upright = first->getRotation() % 2 == 0;
    line.baseline = upright ? static_cast<float>(first->getBaseline()) : line.box.y1;
    line.group = group_;
    if (first->getRotation() == 1 && first->getFontInfo(0) != nullptr && first->getFontInfo(0)->getWMode() == 1) {
      line.writing = Writing::downwards;
    }
    line.tag = tags_.of_line();
    layer_.lines.push_back(std::move(line));
  }

  // Adds the words of one of Poppler's, which has blanks inside where a replacement text (ActualText) had them, and may
  // change from bold to plain.
  bool add_word(const TextWord& source) {
    const int length = source.getLength();
    bool added = false;
    for (int from = 0; from < length;) {
      int to = from;
      while (to < length && !is_blank(*source.getChar(to)) && (to == from || look_alike(source, to - 1, to))) {
        ++to;
      }
      added = (to > from && add_part(source, from, to)) || added;
      from = to < length && is_blank(*source.getChar(to)) ? to + 1 : to;
    }
    if (!words_.empty() && source.getSpaceAfter()) {
      words_.back().space_after = true;
    }
    return added;
  }

  bool add_part(const TextWord& source, int from, int to) {
    characters_.assign(source.getChar(from), source.getChar(from) + (to - from));
    const auto direction = direction_of(characters_);
    if (direction == Direction::right_to_left) {
      make_logical(characters_);
    }
    Word word;
    word.text.reserve(characters_.size());
    for (const auto character : characters_) {
      append(word.text, character);
    }
    if (word.text.empty()) {
      return false;
    }
    const bool whole = to - from == source.getLength();
    word.box = whole ? box_of(source) : united(box_of(source, from), box_of(source, to - 1));
    word.size = static_cast<float>(source.getFontSize());
    word.font = font_index(source.getFontInfo(from));
    if (word.font >= 0 && source.getRotation() == 0) {
      pitches_[static_cast<std::size_t>(word.font)].add(word);
    }
    word.link = device_.links().empty() ? std::int16_t{-1} : link_index(word.box);
    word.space_after = to < source.getLength() ? is_blank(*source.getChar(to)) : source.getSpaceAfter();
    words_.push_back(std::move(word));
    directions_.push_back(direction);
    return true;
  }

  bool look_alike(const TextWord& word, int one, int other) {
    const auto* font = word.getFontInfo(one);
    const auto* next = word.getFontInfo(other);
    if (font == next) {
      return true;
    }
    const auto a = font_index(font);
    const auto b = font_index(next);
    if (a < 0 || b < 0) {
      return true;
    }
    const auto& first = layer_.fonts[static_cast<std::size_t>(a)];
    const auto& second = layer_.fonts[static_cast<std::size_t>(b)];
    return first.bold == second.bold && first.italic == second.italic && first.monospace == second.monospace;
  }

  static bool is_blank(Unicode character) {
    return character == ' ' || character == 0xa0 || (character >= 0x2000 && character <= 0x200b) ||
           character == 0x202f || character == 0x3000;
  }

  static Box to_box(double x0, double y0, double x1, double y1) {
    return {static_cast<float>(x0), static_cast<float>(y0), static_cast<float>(x1), static_cast<float>(y1)};
  }

  static Box box_of(const TextWord& word) {
    double x0 = 0;
    double y0 = 0;
    double x1 = 0;
    double y1 = 0;
    word.getBBox(&x0, &y0, &x1, &y1);
    return to_box(x0, y0, x1, y1);
  }

  static Box box_of(const TextWord& word, int character) {
    double x0 = 0;
    double y0 = 0;
    double x1 = 0;
    double y1 = 0;
    word.getCharBBox(character, &x0, &y0, &x1, &y1);
    return to_box(x0, y0, x1, y1);
  }

  // Ligatures and shaped letters as the letters they stand for: whoever searches for "file" types no U+FB01.
  static void append(std::string& text, char32_t character) {
    if (character >= 0x20 && character < 0x7f) {
      text.push_back(static_cast<char>(character));
      return;
    }
    const bool presentation_form = (character >= 0xfb00 && character <= 0xfdff && character != 0xfdfc) ||
                                   (character >= 0xfe70 && character <= 0xfefc);
    if (!presentation_form) {
      append_text(text, character);
      return;
    }
    const Unicode form = character;
    int length = 0;
    const std::unique_ptr<Unicode, decltype(&std::free)> letters(unicodeNormalizeNFKC(&form, 1, &length, nullptr),
                                                                 &std::free);
    for (const auto letter : std::span(letters.get(), static_cast<std::size_t>(std::max(length, 0)))) {
      append_text(text, letter);
    }
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

  std::int16_t font_index(const TextFontInfo* info) {
    if (info == nullptr) {
      return -1;
    }
    const auto known =
        std::find_if(known_.begin(), known_.end(), [info](const auto& pair) { return pair.first == info; });
    if (known != known_.end()) {
      return known->second;
    }
    const auto* name = info->getFontName();
    const auto font = describe_font(name == nullptr ? std::string() : name->toStr(),
                                    {.bold = info->isBold() || device_.is_heavy(*info),
                                     .italic = info->isItalic(),
                                     .fixed_pitch = info->isFixedWidth()});
    auto& fonts = layer_.fonts;
    auto place = std::find(fonts.begin(), fonts.end(), font);
    if (place == fonts.end()) {
      if (fonts.size() >= max_fonts) {
        return -1;
      }
      place = fonts.insert(place, font);
      pitches_.emplace_back();
    }
    const auto index = static_cast<std::int16_t>(place - fonts.begin());
    known_.emplace_back(info, index);
    return index;
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
    const auto place = std::find(links.begin(), links.end(), area->uri);
    const auto index = static_cast<std::int16_t>(place - links.begin());
    if (place == links.end()) {
      links.push_back(area->uri);
    }
    return index;
  }

  static constexpr std::size_t max_fonts = 1000;

  const LayerDevice& device_;
  PageTags tags_;
  TextLayer layer_;
  std::int32_t group_ = 0;
  std::vector<std::pair<const TextFontInfo*, std::int16_t>> known_;
  std::vector<Pitch> pitches_;  ///< of the layer's fonts
  // Of the block in hand: its lines with words that run right to left, and how many words more run left to right.
  std::vector<std::pair<std::size_t, std::vector<Direction>>> visual_;
  int balance_ = 0;
  // Of the line in hand; members to keep their memory from line to line.
  std::vector<Word> words_;
  std::vector<Direction> directions_;
  std::vector<char32_t> characters_;
};

/// Feeds all that `device` has read to `builder`, in the order of Poppler's flows.
void add_flows(LayerDevice& device, LayerBuilder& builder) {
  for (const auto* flow = device.getFlows(); flow != nullptr; flow = flow->getNext()) {
    for (const auto* block = flow->getBlocks(); block != nullptr; block = block->getNext()) {
      builder.add_block(*block);
    }
  }
}

/// What of a line of the sheet lies beyond the page, in the page's coordinates; no words if nothing does.
Line beyond(Line line, const Box& page) {
  // As Poppler tells what belongs to a page: by where a character stands on its baseline, not by its ink. The baseline
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
  add_flows(device, builder);
  std::vector<Block> blocks;
  std::int32_t group = -1;
  for (auto& whole : builder.take().lines) {
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
  add_flows(device, builder);
  auto layer = builder.take();
  layer.rules = device.paths().take_rules(frame.width, frame.height);
  layer.fills = device.paths().take_fills(frame.width, frame.height);
  layer.shapes = device.paths().take_shapes(frame.width, frame.height);
  layer.images = device.images().take();
  layer.is_invisible = device.tally().is_mostly_invisible();
  layer.has_meaning = !device.tally().is_mostly_meaningless() &&
                      !(layer.is_invisible && (is_mostly_signs(layer.lines) || is_heap(layer.lines)));
  return layer;
}

}  // namespace docket::engine
