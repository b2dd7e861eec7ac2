#include "engine/pdf/text/pdf_glyph_collector.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <string_view>

#include "engine/pdf/poppler_version.h"

namespace docket::engine {
namespace {

constexpr std::size_t most_glyphs = 500'000;
constexpr std::size_t most_tiny = 50'000;
constexpr double tiny = 3;  // points, in both directions

// So far a character may reach from the page's corner, and so large it may be: nothing that is drawn does, and all
// that is computed from it stays finite.
constexpr double farthest = 1e6;
constexpr double largest = 1e5;

// Without a font.
constexpr double usual_ascent = 0.95;
constexpr double usual_descent = -0.35;

/// What a font says of itself, if it can be.
double sane(double value, double otherwise) noexcept {
  return std::isfinite(value) && std::abs(value) <= 10 ? value : otherwise;
}

/// How many font sizes an em of a Type 3 font is: its characters' space is its own (ISO 32000-1, 9.6.5). Guessed from
/// the widths of its letters, by what they are in most fonts.
double type3_scale(const Gfx8BitFont& font) {
  constexpr double width_of_m = 0.6;
  constexpr double width_of_others = 0.5;
  double width = 0;  // of the letter that tells most
  int rank = 0;
  for (int code = 0; code < 256 && rank < 3; ++code) {
    const char* const name = font.getCharName(code);
    const double own = font.getWidth(static_cast<unsigned char>(code));
    if (name == nullptr || !(own > 0)) {
      continue;
    }
    const std::string_view letter(name);
    const bool is_letter = letter.size() == 1 && std::isalpha(static_cast<unsigned char>(letter.front())) != 0;
    const int own_rank = letter == "m" ? 3 : is_letter ? 2 : 1;
    if (own_rank > rank) {
      rank = own_rank;
      width = own;
    }
  }
  double scale = rank == 0 ? 1 : width / (rank == 3 ? width_of_m : width_of_others);
  const double* const matrix = font.getFontMatrix();
  if (matrix[0] != 0) {
    scale *= std::abs(matrix[3] / matrix[0]);
  }
  return std::isfinite(scale) && scale > 0 ? scale : 1;
}

/// How many quarters text is turned clockwise that is drawn with this matrix, its font's one included.
std::uint8_t turns_of(const GfxState& state, const GfxFont* font) {
  std::array<double, 4> m{};
  state.getFontTransMat(&m[0], &m[1], &m[2], &m[3]);
  if (font != nullptr && font->getType() == fontType3) {
    const double* const own = font->getFontMatrix();
    m = {own[0] * m[0] + own[1] * m[2], own[0] * m[1] + own[1] * m[3], own[2] * m[0] + own[3] * m[2],
         own[2] * m[1] + own[3] * m[3]};
  }
  // Mirrored text counts as upright, if one of its directions is.
  if (std::abs(m[0] * m[3]) > std::abs(m[1] * m[2])) {
    return m[0] > 0 || m[3] < 0 ? 0 : 2;
  }
  return m[2] > 0 ? 1 : 3;
}

}  // namespace

std::string PageFont::name() const {
  return font == nullptr ? std::string() : font->getName().value_or(std::string());
}

FontFlags PageFont::flags() const {
  if (font == nullptr) {
    return {};
  }
  return {.bold = font->isBold() || font->getWeight() >= GfxFont::W600,
          .italic = font->isItalic(),
          .fixed_pitch = font->isFixedWidth()};
}

void GlyphCollector::add(const GfxState& state, const DrawnCharacter& character, std::span<const Unicode> text) {
  if (!replacement_) {
    place(state, character, text, false);
    return;
  }
  if (!replaced_) {
    replaced_ = character;
    replaced_->code = 0;
  }
  replaced_->dx = character.x + character.dx - replaced_->x;
  replaced_->dy = character.y + character.dy - replaced_->y;
}

void GlyphCollector::begin_replacement(const std::string& text) {
  replacement_ = text;
  replaced_.reset();
}

void GlyphCollector::end_replacement(const GfxState& state) {
  if (replacement_ && replaced_) {
    if (const auto characters = characters_of(*replacement_); !characters.empty()) {
      place(state, *replaced_, characters, true);
    }
  }
  replacement_.reset();
  replaced_.reset();
}

void GlyphCollector::place(const GfxState& state, const DrawnCharacter& character, std::span<const Unicode> text,
                           bool is_replacement) {
  if (!is_style_known_) {
    find_style(state);
  }
  const auto style = page_.styles[style_];
  // The space between characters belongs to none of them.
  const double spacing = state.getCharSpace() + (character.code == 0x20 ? state.getWordSpace() : 0);
  double space_x = 0;
  double space_y = 0;
  if (style.is_vertical) {
    state.textTransformDelta(0, spacing, &space_x, &space_y);
  } else {
    state.textTransformDelta(spacing * state.getHorizScaling(), 0, &space_x, &space_y);
  }
  double x = 0;
  double y = 0;
  double width = 0;
  double height = 0;
  state.transform(character.x, character.y, &x, &y);
  state.transformDelta(character.dx - space_x, character.dy - space_y, &width, &height);
  const bool is_on_page = x + width >= 0 && x <= width_ && y + height >= 0 && y <= height_;  // no NaN is
  if (!is_on_page || std::abs(x) > farthest || std::abs(y) > farthest || std::abs(width) > farthest ||
      std::abs(height) > farthest) {
    return;
  }
  if (std::abs(width) < tiny && std::abs(height) < tiny && ++tiny_ > most_tiny) {
    return;
  }
  if (text.empty() || (text.size() == 1 && text.front() == 0) || page_.glyphs.size() + text.size() > most_glyphs) {
    return;
  }
  auto glyph_style = style_;
  if (is_replacement) {
    page_.styles.push_back(style);
    page_.styles.back().is_replacement = true;
    glyph_style = static_cast<std::uint32_t>(page_.styles.size() - 1);
  }
  // Into the frame of the text.
  constexpr std::array<std::array<double, 2>, 4> directions{{{1, 0}, {0, 1}, {-1, 0}, {0, -1}}};
  const auto [right, down] = directions[style.turns];
  const double start = right * x + down * y;
  const double length = (right * width + down * height) / static_cast<double>(text.size());
  const double base = right * y - down * x;
  const double climb = (right * height - down * width) / static_cast<double>(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto steps = static_cast<double>(at);
    Glyph glyph;
    glyph.start = static_cast<float>(start + steps * length);
    glyph.end = static_cast<float>(start + (steps + 1) * length);
    glyph.base = static_cast<float>(base + steps * climb);
    glyph.code = text[at];
    glyph.style = glyph_style;
    glyph.position = character.position;
    page_.glyphs.push_back(glyph);
  }
}

void GlyphCollector::find_style(const GfxState& state) {
  const auto& font = state.getFont();
  const auto index = find_font(font);
  const auto& own = fonts_[static_cast<std::size_t>(index)];
  const double size = state.getTransformedFontSize() * own.scale;
  GlyphStyle style{.font = index,
                   .size = static_cast<float>(std::isfinite(size) ? std::clamp(size, 0.0, largest) : 0.0),
                   .ascent = static_cast<float>(own.ascent),
                   .descent = static_cast<float>(own.descent),
                   .turns = turns_of(state, font.get()),
                   .is_vertical = own.is_vertical};
  if (own.is_vertical) {
    // Columns are lines that are turned; their characters stand about them.
    style.turns = (style.turns + 1U) & 3U;
    style.ascent = 0.5F;
    style.descent = -0.5F;
  }
  // One that no character was taken with is forgotten: there may be very many.
  if (!page_.styles.empty() && (page_.glyphs.empty() || page_.glyphs.back().style + 1 < page_.styles.size())) {
    page_.styles.pop_back();
  }
  if (page_.styles.empty() || !(page_.styles.back() == style)) {
    page_.styles.push_back(style);
  }
  style_ = static_cast<std::uint32_t>(page_.styles.size() - 1);
  is_style_known_ = true;
}

std::int32_t GlyphCollector::find_font(const std::shared_ptr<GfxFont>& font) {
  const auto [known, is_new] = known_.try_emplace(font.get(), static_cast<std::int32_t>(fonts_.size()));
  if (is_new) {
    PageFont page_font{.font = font, .ascent = usual_ascent, .descent = usual_descent};
    if (font != nullptr) {
      page_font.ascent = sane(font->getAscent(), usual_ascent);
      page_font.descent = sane(font->getDescent(), usual_descent);
      page_font.is_vertical = font->getWMode() != 0;
      if (font->getType() == fontType3) {
        page_font.scale = type3_scale(static_cast<const Gfx8BitFont&>(*font));
      }
    }
    fonts_.push_back(std::move(page_font));
  }
  return known->second;
}

}  // namespace docket::engine
