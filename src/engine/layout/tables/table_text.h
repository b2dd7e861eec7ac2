// The words of a page as tables see them: each on its own, in rows, and in pieces that stand apart on a row.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/model/document.h"

namespace docket::engine {

/// A word of the page, by its place in Page::lines.
struct TableWord {
  std::uint32_t line = 0;
  std::uint32_t word = 0;
  Box box;
  float size = 0;  ///< points, at least 1
  std::uint32_t chars = 0;
  bool is_number = false;  ///< figures, with what belongs to them: signs, separators, units of a letter or two; no mark

  [[nodiscard]] float middle_x() const noexcept { return (box.x0 + box.x1) / 2; }
  [[nodiscard]] float middle_y() const noexcept { return (box.y0 + box.y1) / 2; }
};

/// Words on a row that no wider gap divides than stands between words.
struct TextPiece {
  Box box;
  std::uint32_t first = 0;  ///< of TextRow::words
  std::uint32_t end = 0;
  std::uint32_t chars = 0;

  [[nodiscard]] float middle_x() const noexcept { return (box.x0 + box.x1) / 2; }
};

/// What stands on one height, from left to right.
struct TextRow {
  Box box;
  float size = 0;  ///< the largest of its words' usual size
  std::vector<TableWord> words;
  std::vector<TextPiece> pieces;
};

/// All words that run across the page, in the order of their middles from top to bottom.
std::vector<TableWord> table_words(std::span<const Line> lines);

/// Puts words, which are in the order of their middles, in rows.
std::vector<TextRow> text_rows(std::span<const TableWord> words);

/// The part of `words` (in the order of their middles) whose middles lie between two heights.
std::span<const TableWord> between(std::span<const TableWord> words, float y0, float y1) noexcept;

/// The size that most characters have, at least 1.
float usual_size(std::span<const TableWord> words) noexcept;

}  // namespace docket::engine
