// Takes the characters of a page from Poppler as it draws them.
#pragma once

#include <GfxFont.h>
#include <GfxState.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/pdf/text/pdf_font.h"
#include "engine/pdf/text/pdf_glyphs.h"

namespace docket::engine {

/// A font that text of the page is drawn with.
struct PageFont {
  std::shared_ptr<GfxFont> font;  ///< kept, since it is told from others by its address
  double ascent = 0;              ///< in units of the font size
  double descent = 0;
  double scale = 1;  ///< of the font size: a Type 3 font has units of its own
  bool is_vertical = false;

  /// Its name and what its descriptor says.
  [[nodiscard]] std::string name() const;
  [[nodiscard]] FontFlags flags() const;
};

/// One character as Poppler draws it: from (x, y) on by (dx, dy), in user space.
struct DrawnCharacter {
  double x = 0;
  double y = 0;
  double dx = 0;
  double dy = 0;
  CharCode code = 0;
  std::int32_t position = 0;  ///< in the strings that are shown
};

/// Collects what is drawn on one page. Not taken: characters that do not stand on the page, whatever of their ink
/// does; those without a meaning; all beyond the first half a million, and of tiny ones beyond the first fifty
/// thousand. Lives while the page is interpreted.
class GlyphCollector {
 public:
  /// Before all others.
  void start_page(double width, double height) {
    width_ = width;
    height_ = height;
  }

  /// The font, its size or the coordinates are others from now on.
  void change_style() { is_style_known_ = false; }

  /// `text` is what `character` means.
  void add(const GfxState& state, const DrawnCharacter& character, std::span<const Unicode> text);

  /// What is drawn until end_replacement() is but the place of this text, a PDF string.
  void begin_replacement(const std::string& text);
  void end_replacement(const GfxState& state);

  [[nodiscard]] const std::vector<PageFont>& fonts() const noexcept { return fonts_; }

  /// Leaves none.
  PageGlyphs take() { return std::move(page_); }

 private:
  void place(const GfxState& state, const DrawnCharacter& character, std::span<const Unicode> text,
             bool is_replacement);
  void find_style(const GfxState& state);
  std::int32_t find_font(const std::shared_ptr<GfxFont>& font);

  PageGlyphs page_;
  double width_ = 0;
  double height_ = 0;
  std::size_t tiny_ = 0;
  bool is_style_known_ = false;
  std::uint32_t style_ = 0;
  std::vector<PageFont> fonts_;
  std::unordered_map<const GfxFont*, std::int32_t> known_;
  std::optional<std::string> replacement_;
  std::optional<DrawnCharacter> replaced_;  ///< what the replacement stands for so far
};

}  // namespace docket::engine
