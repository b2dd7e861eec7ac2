#include "engine/layout/pieces.h"

#include <algorithm>

#include "base/utf8.h"
#include "engine/text/text_style.h"

namespace docket::engine {
namespace {

/// Ideographs and kana say as much as two letters, and are as wide.
std::uint32_t wide_chars(const Line& line) noexcept {
  std::uint32_t wide = 0;
  for (const auto& word : line.words) {
    for (std::string_view rest = is_ascii(word.text) ? std::string_view() : word.text; !rest.empty();) {
      const auto c = first_char(rest);
      wide += is_spaceless(c.code) ? 1 : 0;
      rest.remove_prefix(c.length);
    }
  }
  return wide;
}

}  // namespace

Box extent(std::span<const Piece> pieces) noexcept {
  Box box = pieces.front().box;
  for (const auto& piece : pieces) {
    box = united(box, piece.box);
  }
  return box;
}

std::uint64_t piece_chars(std::span<const Piece> pieces) noexcept {
  std::uint64_t chars = 0;
  for (const auto& piece : pieces) {
    chars += piece.chars;
  }
  return chars;
}

float mean_size(std::span<const Piece> pieces) noexcept {
  double sum = 0;
  for (const auto& piece : pieces) {
    sum += static_cast<double>(piece.size) * piece.chars;
  }
  return std::max(static_cast<float>(sum / static_cast<double>(std::max<std::uint64_t>(piece_chars(pieces), 1))), 1.0F);
}

Pieces pieces_of(std::span<const Line> lines) {
  Pieces pieces;
  pieces.reserve(lines.size());
  for (std::uint32_t i = 0; i < lines.size(); ++i) {
    const auto style = style_of(lines.subspan(i, 1), {});
    const auto& line = lines[i];
    pieces.push_back({i, line.box, line.baseline > 0 ? line.baseline : line.box.y1, std::max(style.size, 1.0F),
                      style.chars + wide_chars(line)});
  }
  std::ranges::stable_sort(pieces, {}, &Piece::middle);
  return pieces;
}

bool same_row(const Piece& a, const Piece& b) noexcept {
  const float overlap = std::min(a.box.y1, b.box.y1) - std::max(a.box.y0, b.box.y0);
  const float slack = 0.2F * std::min(a.size, b.size);
  return overlap >= 0.5F * std::min(a.box.height(), b.box.height()) &&
         (a.box.x1 <= b.box.x0 + slack || b.box.x1 <= a.box.x0 + slack);
}

std::size_t count_rows(std::span<const Piece> pieces) noexcept {
  std::size_t rows = pieces.empty() ? 0 : 1;
  for (std::size_t i = 1; i < pieces.size(); ++i) {
    rows += same_row(pieces[i - 1], pieces[i]) ? 0 : 1;
  }
  return rows;
}

}  // namespace docket::engine
