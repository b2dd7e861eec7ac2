#include "engine/pdf/text/pdf_words.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include "base/utf8.h"

namespace docket::engine {
namespace {

// In units of the font size.
constexpr float widest_gap = 0.1F;      // within a word
constexpr float widest_overlap = 0.2F;  // of neighbours in a word
// In points.
constexpr float widest_step = 0.5F;  // between the baselines of a word's characters
// How far the middle of an accent may be from its letter's, by the letter's width, and their baselines by its height.
constexpr float accent_along = 0.3F;
constexpr float accent_across = 0.4F;

// Accents that occupy a place of their own, and the marks that stand on the letter before them.
constexpr std::array<std::pair<std::uint32_t, std::uint32_t>, 12> accents{{{0x0060, 0x0300},
                                                                           {0x00a8, 0x0308},
                                                                           {0x00af, 0x0304},
                                                                           {0x00b4, 0x0301},
                                                                           {0x00b8, 0x0327},
                                                                           {0x02c6, 0x0302},
                                                                           {0x02c7, 0x030c},
                                                                           {0x02d8, 0x0306},
                                                                           {0x02d9, 0x0307},
                                                                           {0x02da, 0x030a},
                                                                           {0x02dc, 0x0303},
                                                                           {0x02dd, 0x030b}}};

/// The combining mark of an accent; 0 for other characters.
std::uint32_t mark_of(std::uint32_t code) noexcept {
  if (code != 0x60 && (code < 0xa8 || code > 0x02dd)) {
    return 0;
  }
  const auto* const accent = std::ranges::find(accents, code, [](const auto& pair) { return pair.first; });
  return accent == accents.end() ? 0 : accent->second;
}

bool is_letter_or_digit(std::uint32_t code) noexcept {
  return is_letter(char32_t{code}) || is_digit(char32_t{code});
}

float middle(const Glyph& glyph) noexcept {
  return (glyph.start + glyph.end) / 2;
}

/// Lives for one call of make_words(), on its stack.
class WordMaker {
 public:
  explicit WordMaker(PageGlyphs& page) : page_(page) { words_.reserve(page.glyphs.size() / 4); }

  std::vector<GlyphWord> make() {
    const auto count = static_cast<std::uint32_t>(page_.glyphs.size());
    for (std::uint32_t at = 0; at < count; ++at) {
      add(at);
    }
    close();
    return std::move(words_);
  }

 private:
  void add(std::uint32_t at) {
    auto& glyph = page_.glyphs[at];
    if (is_blank(glyph.code)) {
      close();
      if (page_.styles[glyph.style].is_replacement && !words_.empty() && words_.back().end == at) {
        words_.back().space_after = true;
      }
      return;
    }
    const auto& style = page_.styles[glyph.style];
    // Squeezed into the place of others, a replacement's characters follow each other all the same.
    const bool is_placed = is_open_ && !(style.is_replacement && glyph.style == page_.glyphs[last_].style);
    if (is_placed) {
      if (combines(at, style)) {
        word_.end = at + 1;
        return;
      }
      const bool is_over = lies_over_last(glyph);
      if (is_over || was_over_ || !follows(glyph, style)) {
        close();
      }
      was_over_ = is_over;
    } else {
      was_over_ = false;
    }
    if (glyph.end < glyph.start) {
      close();  // drawn backwards, each character is a word until they are in order
      std::swap(glyph.start, glyph.end);
    }
    if (!is_open_) {
      open(at, glyph, style);
    }
    word_.end = at + 1;
    word_.box.along1 = glyph.end;
    last_ = at;
  }

  void open(std::uint32_t at, const Glyph& glyph, const GlyphStyle& style) {
    word_ = {.first = at,
             .end = at,
             .box = {.along0 = glyph.start, .along1 = glyph.end},
             .base = glyph.base,
             .size = style.size,
             .turns = style.turns};
    set_height(style);
    style_ = glyph.style;
    is_open_ = true;
  }

  void set_height(const GlyphStyle& style) {
    word_.box.across0 = word_.base - style.ascent * style.size;
    word_.box.across1 = word_.base - style.descent * style.size;
    if (word_.box.across1 <= word_.box.across0) {  // later passes divide by it
      word_.box.across0 = word_.base;
      word_.box.across1 = word_.base + 1;
    }
  }

  void close() {
    if (is_open_) {
      words_.push_back(word_);
      is_open_ = false;
    }
  }

  [[nodiscard]] bool lies_over_last(const Glyph& glyph) const {
    return std::abs(glyph.start - page_.glyphs[last_].start) < same_place_along * word_.size &&
           std::abs(glyph.base - word_.base) < same_place_across * word_.size;
  }

  [[nodiscard]] bool follows(const Glyph& glyph, const GlyphStyle& style) const {
    const auto& own = page_.styles[style_];
    const float gap = glyph.start - word_.box.along1;
    return style.size == own.size && style.turns == own.turns && style.is_vertical == own.is_vertical &&
           gap >= -widest_overlap * word_.size && gap <= widest_gap * word_.size &&
           std::abs(glyph.base - word_.base) <= widest_step;
  }

  /// Makes an accent and its letter, in whichever order they are drawn, the letter and its mark. False if the character
  /// and the last one are no such pair.
  bool combines(std::uint32_t at, const GlyphStyle& style) {
    auto& glyph = page_.glyphs[at];
    auto& last = page_.glyphs[last_];
    const auto mark = mark_of(glyph.code);
    const auto last_mark = mark_of(last.code);
    if ((mark == 0 && last_mark == 0) || style.is_vertical || page_.styles[style_].is_vertical ||
        style.turns != word_.turns) {
      return false;
    }
    const float apart = std::abs(middle(glyph) - middle(last));
    const float step = std::abs(glyph.base - word_.base);
    if (mark != 0 && is_letter_or_digit(last.code)) {
      const float height = word_.box.across1 - word_.box.across0;
      if (apart >= accent_along * std::abs(last.end - last.start) || step >= accent_across * height) {
        return false;
      }
      // Its own place may be anywhere about the letter.
      glyph.code = mark;
      put_into(glyph, last);
      return true;
    }
    if (last_mark != 0 && is_letter_or_digit(glyph.code)) {
      const float height = (style.ascent - style.descent) * style.size;
      if (apart >= accent_along * std::abs(glyph.end - glyph.start) || step >= accent_across * height) {
        return false;
      }
      last.code = glyph.code;
      glyph.code = last_mark;
      last.base = glyph.base;
      last.start = std::min(glyph.start, glyph.end);
      last.end = std::max(glyph.start, glyph.end);
      std::swap(last.style, glyph.style);
      put_into(glyph, last);
      if (word_.length() == 1) {
        open(word_.first, last, style);
      }
      word_.box.along1 = last.end;
      return true;
    }
    return false;
  }

  /// A mark stands in the second half of its letter.
  static void put_into(Glyph& mark, const Glyph& letter) {
    mark.start = middle(letter);
    mark.end = letter.end;
  }

  PageGlyphs& page_;
  std::vector<GlyphWord> words_;
  GlyphWord word_;           ///< the one in hand
  std::uint32_t style_ = 0;  ///< of its first character
  std::uint32_t last_ = 0;   ///< its last character that is no mark
  bool is_open_ = false;
  bool was_over_ = false;  ///< its last character lies over the one before
};

}  // namespace

std::vector<GlyphWord> make_words(PageGlyphs& page) {
  return WordMaker(page).make();
}

}  // namespace docket::engine
