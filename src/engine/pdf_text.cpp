#include "engine/pdf_text.h"

#include <PDFDoc.h>
#include <TextOutputDev.h>
#include <UnicodeTypeTable.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "engine/pdf_font.h"
#include "engine/unicode_text.h"

namespace docket::engine {
namespace {

/// Poppler's text device, which also notes the fonts that their descriptors call heavy: TextFontInfo does not tell.
class LayerDevice final : public TextOutputDev {
 public:
  LayerDevice() : TextOutputDev(nullptr, /*physLayoutA=*/false, 0, /*rawOrderA=*/false, /*append=*/false) {}

  void updateFont(GfxState* state) override {
    TextOutputDev::updateFont(state);
    const auto& font = state->getFont();
    if (font && font->getWeight() >= GfxFont::W600 && !is_heavy_reference(*font->getID())) {
      heavy_.push_back(*font->getID());
    }
  }

  [[nodiscard]] bool is_heavy(const TextFontInfo& font) const {
    return std::any_of(heavy_.begin(), heavy_.end(), [&font](const Ref& id) { return font.matches(&id); });
  }

 private:
  [[nodiscard]] bool is_heavy_reference(Ref id) const {
    return std::find(heavy_.begin(), heavy_.end(), id) != heavy_.end();
  }

  std::vector<Ref> heavy_;
};

/// Turns Poppler's words into ours. One a page.
class LayerBuilder {
 public:
  explicit LayerBuilder(const LayerDevice& device) : device_(device) {}

  void add_block(const TextBlock& block) {
    const auto before = layer_.lines.size();
    for (const auto* line = block.getLines(); line != nullptr; line = line->getNext()) {
      add_line(*line);
    }
    if (layer_.lines.size() > before) {
      ++group_;
    }
  }

  TextLayer take() { return std::move(layer_); }

 private:
  void add_line(const TextLine& source) {
    words_.clear();
    directions_.clear();
    const TextWord* first = nullptr;
    for (const auto* word = source.getWords(); word != nullptr; word = word->getNext()) {
      if (add_word(*word) && first == nullptr) {
        first = word;
      }
    }
    if (first == nullptr) {
      return;
    }
    Line line;
    line.words = in_reading_order();
    line.box = line.words.front().box;
    for (const auto& word : line.words) {
      line.box = united(line.box, word.box);
      layer_.covered += static_cast<double>(word.box.width()) * static_cast<double>(word.box.height());
    }
    // Poppler's baseline is an x coordinate in lines that run up or down.
    const bool upright = first->getRotation() % 2 == 0;
    line.baseline = upright ? static_cast<float>(first->getBaseline()) : line.box.y1;
    line.group = group_;
    layer_.lines.push_back(std::move(line));
  }

  // Adds the words of one of Poppler's, which has blanks inside where a replacement text (ActualText) had them.
  bool add_word(const TextWord& source) {
    const int length = source.getLength();
    bool added = false;
    for (int from = 0; from < length;) {
      int to = from;
      while (to < length && !is_blank(*source.getChar(to))) {
        ++to;
      }
      added = (to > from && add_part(source, from, to)) || added;
      from = to + 1;
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
    word.space_after = to < source.getLength() || source.getSpaceAfter();
    words_.push_back(std::move(word));
    directions_.push_back(direction);
    return true;
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

  // The line's words, put into logical order where some of them run right to left.
  std::vector<Word> in_reading_order() {
    // The space after the last word is up to whoever joins lines.
    words_.back().space_after = true;
    const auto order = logical_order(directions_);
    if (order.empty()) {
      return std::exchange(words_, {});
    }
    std::vector<Word> ordered;
    ordered.reserve(words_.size());
    for (std::size_t at = 0; at < order.size(); ++at) {
      bool space = true;
      if (at + 1 < order.size()) {
        const auto [left, right] = std::minmax(order[at], order[at + 1]);
        space = right - left != 1 || words_[left].space_after;
      }
      ordered.push_back(words_[order[at]]);
      ordered.back().space_after = space;
    }
    return ordered;
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
    }
    const auto index = static_cast<std::int16_t>(place - fonts.begin());
    known_.emplace_back(info, index);
    return index;
  }

  static constexpr std::size_t max_fonts = 1000;

  const LayerDevice& device_;
  TextLayer layer_;
  std::int32_t group_ = 0;
  std::vector<std::pair<const TextFontInfo*, std::int16_t>> known_;
  // Of the line in hand; members to keep their memory from line to line.
  std::vector<Word> words_;
  std::vector<Direction> directions_;
  std::vector<char32_t> characters_;
};

}  // namespace

TextLayer read_text_layer(PDFDoc& document, int page) {
  LayerDevice device;
  document.displayPage(&device, page, 72, 72, 0, /*useMediaBox=*/false, /*crop=*/true, /*printing=*/false);
  LayerBuilder builder(device);
  for (const auto* flow = device.getFlows(); flow != nullptr; flow = flow->getNext()) {
    for (const auto* block = flow->getBlocks(); block != nullptr; block = block->getNext()) {
      builder.add_block(*block);
    }
  }
  return builder.take();
}

}  // namespace docket::engine
