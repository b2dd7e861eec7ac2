#include "engine/layout/tables/table_text.h"

#include <algorithm>
#include <string_view>

#include "base/utf8.h"
#include "engine/text/size_histogram.h"
#include "engine/text/text_style.h"

namespace docket::engine {
namespace {

/// In ems: what is wider may lie between two cells.
constexpr float word_gap = 0.6F;

bool runs_across(const Word& word, std::uint32_t chars) noexcept {
  return chars < 2 || word.box.height() <= 1.5F * word.box.width() || word.box.height() <= 1.6F * word.size;
}

bool is_number(std::string_view text) noexcept {
  if (std::ranges::none_of(text, [](char c) { return c >= '0' && c <= '9'; })) {
    return false;
  }
  std::size_t digits = 0;
  std::size_t letters = 0;
  while (!text.empty()) {
    const auto c = first_char(text);
    text.remove_prefix(c.length);
    digits += is_digit(c.code) ? 1 : 0;
    letters += is_letter(c.code) ? 1 : 0;
  }
  return digits > 0 && letters <= 2 && letters <= digits;
}

void find_pieces(TextRow& row) {
  const auto left = [](const TableWord& word) { return word.box.x0; };
  if (!std::ranges::is_sorted(row.words, {}, left)) {
    std::ranges::sort(row.words, {}, left);
  }
  for (std::uint32_t i = 0; i < row.words.size(); ++i) {
    const auto& word = row.words[i];
    if (i == 0 || word.box.x0 - row.pieces.back().box.x1 > word_gap * std::min(word.size, row.size)) {
      row.pieces.push_back({word.box, i, i, 0});
    }
    auto& piece = row.pieces.back();
    piece.box = united(piece.box, word.box);
    piece.end = i + 1;
    piece.chars += word.chars;
  }
}

}  // namespace

std::vector<TableWord> table_words(std::span<const Line> lines) {
  std::vector<TableWord> words;
  std::size_t count = 0;
  for (const auto& line : lines) {
    count += line.words.size();
  }
  words.reserve(count);
  for (std::uint32_t i = 0; i < lines.size(); ++i) {
    for (std::uint32_t k = 0; k < lines[i].words.size(); ++k) {
      const auto& word = lines[i].words[k];
      const auto chars = static_cast<std::uint32_t>(count_chars(word.text));
      if (runs_across(word, chars)) {
        const bool is_figure = word.script == Script::normal && is_number(word.text);
        words.push_back({i, k, word.box, std::max(size_of(word), 1.0F), chars, is_figure});
      }
    }
  }
  if (!std::ranges::is_sorted(words, {}, &TableWord::middle_y)) {  // a single column mostly is
    std::ranges::stable_sort(words, {}, &TableWord::middle_y);
  }
  return words;
}

std::vector<TextRow> text_rows(std::span<const TableWord> words) {
  std::vector<TextRow> rows;
  for (const auto& word : words) {
    // Raised marks and the like do not move a row: it is as high as its largest words are.
    const bool on_row = !rows.empty() && word.middle_y() < rows.back().box.y1 - 0.25F * rows.back().size &&
                        word.box.y0 < (rows.back().box.y0 + rows.back().box.y1) / 2;
    if (!on_row) {
      rows.push_back({word.box, word.size, {}, {}});
    }
    auto& row = rows.back();
    if (word.size > 1.2F * row.size) {
      row.box = word.box;
      row.size = word.size;
    }
    row.words.push_back(word);
  }
  for (auto& row : rows) {
    const auto y0 = row.box.y0;
    const auto y1 = row.box.y1;
    find_pieces(row);
    row.box = {row.words.front().box.x0, y0, row.words.front().box.x1, y1};
    for (const auto& word : row.words) {
      row.box.x1 = std::max(row.box.x1, word.box.x1);
    }
  }
  return rows;
}

std::span<const TableWord> between(std::span<const TableWord> words, float y0, float y1) noexcept {
  const auto from = std::ranges::lower_bound(words, y0, {}, &TableWord::middle_y);
  const auto to = std::ranges::lower_bound(words, y1, {}, &TableWord::middle_y);
  return from < to ? std::span(from, to) : std::span<const TableWord>();
}

float usual_size(std::span<const TableWord> words) noexcept {
  SizeHistogram sizes;
  for (const auto& word : words) {
    sizes.add(word.size, word.chars);
  }
  return std::max(sizes.mode(), 1.0F);
}

}  // namespace docket::engine
