#include "engine/layout/tables/table_aligned.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <string_view>
#include <system_error>

#include "engine/layout/tables/open_grid.h"
#include "engine/layout/tables/table_columns.h"
#include "engine/text/text_style.h"

namespace docket::engine {
namespace {

constexpr std::size_t least_rows = 3;           // of three columns or more
constexpr std::size_t least_rows_of_pairs = 4;  // of two
constexpr std::size_t most_heads = 4;           // lines above the first row of cells
constexpr std::size_t most_lines_between = 3;   // that only go on a cell, or name the rows below
constexpr std::uint32_t longest_label = 80;     // characters of a row's first piece
constexpr std::uint32_t longest_piece = 40;     // of the others: what is longer is running text
constexpr float column_gap = 1.0F;              // ems

/// Whether a row has the looks of a table's: several pieces well apart, short ones but for the first.
bool is_row_of_cells(const TextRow& row) noexcept {
  if (row.pieces.size() < 2) {
    return false;
  }
  for (std::size_t i = 0; i < row.pieces.size(); ++i) {
    if (row.pieces[i].chars > (i == 0 ? longest_label : longest_piece) ||
        (i > 0 && row.pieces[i].box.x0 - row.pieces[i - 1].box.x1 < column_gap * row.size)) {
      return false;
    }
  }
  return true;
}

/// Whether a line between rows of cells may be one that only goes on a cell of the row above, or names those below: its
/// pieces keep to that row's columns.
bool keeps_to_columns(const TextRow& line, const TextRow& above) noexcept {
  return std::ranges::all_of(line.pieces, [&](const TextPiece& piece) {
    const auto next =
        std::ranges::find_if(above.pieces, [&](const TextPiece& one) { return one.box.x1 > piece.box.x0; });
    const auto beyond = next == above.pieces.end() ? next : std::next(next);
    const auto longest = next == above.pieces.begin() ? longest_label : longest_piece;
    return piece.chars <= longest && (beyond == above.pieces.end() || piece.box.x1 < beyond->box.x0);
  });
}

/// Whether a line above the first row of cells may be its heads: short pieces, and some above other columns than the
/// first.
bool is_head(const TextRow& line, const TextRow& row) noexcept {
  return std::ranges::all_of(line.pieces, [](const TextPiece& piece) { return piece.chars <= longest_piece; }) &&
         line.pieces.back().box.x1 > row.pieces.front().box.x1 + column_gap * row.size &&
         (line.pieces.size() > 1 || line.pieces.front().box.x0 > row.pieces.front().box.x1);
}

/// Whether a row stands right below another one, among those that `row` is one of.
bool follows(const TextRow& above, const TextRow& below, const TextRow& row) noexcept {
  constexpr float widest_leading = 2.6F;
  return below.box.y0 - above.box.y1 < widest_leading * std::max(above.size, below.size) && below.box.x0 < row.box.x1 &&
         row.box.x0 < below.box.x1;
}

/// The lines of a page that may be a table's.
struct Run {
  std::size_t first = 0;  ///< the first row of cells
  std::size_t end = 0;    ///< behind the last one
};

/// The rows of cells from `first` on, with what stands between them.
Run run_from(std::span<const TextRow> rows, std::size_t first) noexcept {
  auto last = first;
  for (auto i = first + 1;
       i < rows.size() && i - last <= most_lines_between + 1 && follows(rows[i - 1], rows[i], rows[last]); ++i) {
    if (is_row_of_cells(rows[i])) {
      last = i;
    } else if (!keeps_to_columns(rows[i], rows[last])) {
      break;
    }
  }
  return {first, last + 1};
}

/// What stands for a figure that there is not, or ticks it.
bool is_mark(std::string_view text) noexcept {
  static constexpr std::array<std::string_view, 14> marks{"-", "–", "—", ":", "..", "…", "*",
                                                          "x", "X", "✓", "✔", "•",  "●", "n/a"};
  return std::ranges::find(marks, text) != marks.end();
}

bool is_operator(std::string_view text) noexcept {
  return text == "=" || text == "+" || text == "−" || text == "×";
}

/// How many rows of cells there are, and what they hold.
struct Content {
  std::size_t rows = 0;
  std::size_t pairs = 0;         ///< rows of two pieces
  std::size_t pieces = 0;        ///< right of the first column
  std::size_t figures = 0;       ///< of these: mostly numbers
  std::size_t marks = 0;         ///< of these: stand for a figure
  std::size_t operators = 0;     ///< of these: of a formula
  std::size_t with_figures = 0;  ///< rows that have figures
};

Content content_of(std::span<const TextRow> rows, std::span<const Line> lines) noexcept {
  Content content;
  for (const auto& row : rows) {
    if (!is_row_of_cells(row)) {
      continue;
    }
    ++content.rows;
    content.pairs += row.pieces.size() == 2 ? 1 : 0;
    const auto figures_before = content.figures;
    for (std::size_t i = 1; i < row.pieces.size(); ++i) {
      const auto& piece = row.pieces[i];
      const auto words = std::span(row.words).subspan(piece.first, piece.end - piece.first);
      const auto& first = lines[words.front().line].words[words.front().word].text;
      ++content.pieces;
      content.figures += 2 * std::ranges::count_if(words, &TableWord::is_number) >= std::ssize(words) ? 1 : 0;
      content.marks += words.size() == 1 && is_mark(first) ? 1 : 0;
      content.operators += is_operator(first) ? 1 : 0;
    }
    content.with_figures += content.figures > figures_before ? 1 : 0;
  }
  return content;
}

/// Whether a row of cells has words only.
bool has_words_only(const TextRow& row, std::span<const Line> lines) noexcept {
  const auto content = content_of({&row, 1}, lines);
  return content.rows == 1 && content.figures + content.marks == 0;
}

/// Moves the beginning of `run` up to its heads, if it has any below line `free`, and returns how many lines they are;
/// the first rows of cells may be heads themselves. A line that names the first rows may stand between.
std::size_t take_heads(std::span<const TextRow> rows, std::span<const Line> lines, std::size_t free,
                       Run& run) noexcept {
  const auto first = run.first;
  const auto& row = rows[first];
  std::size_t heads = 0;
  while (heads < most_heads && first + heads + least_rows < run.end && has_words_only(rows[first + heads], lines)) {
    ++heads;
  }
  for (auto at = first; at > free && first - at < most_heads && follows(rows[at - 1], rows[at], row);) {
    --at;
    if (is_head(rows[at], row) && run.first == at + 1) {
      ++heads;
      run.first = at;
    } else if (heads == 0 && is_head(rows[at], row)) {
      run.first = at;
      return 1;
    } else if (heads > 0 || rows[at].pieces.size() > 1 || rows[at].pieces.front().chars > longest_piece ||
               !keeps_to_columns(rows[at], row)) {
      break;
    }
  }
  return heads;
}

/// Whether lines reach into each other, as the parts of formulas do.
bool is_entangled(std::span<const TextRow> rows) noexcept {
  std::size_t overlaps = 0;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const float size = std::max(rows[i - 1].size, rows[i].size);
    overlaps += rows[i].box.y0 < rows[i - 1].box.y1 - 0.4F * size ? 1 : 0;
  }
  return 4 * overlaps >= rows.size();
}

/// Whether the rows' last words are whole numbers that never fall: those of pages, in a table of contents.
bool counts_pages(std::span<const TextRow> rows, std::span<const Line> lines) {
  std::uint32_t last = 0;
  for (const auto& row : rows) {
    if (!is_row_of_cells(row)) {
      continue;
    }
    const auto& word = row.words.back();
    const std::string_view text = lines[word.line].words[word.word].text;
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || number < last) {
      return false;
    }
    last = number;
  }
  return true;
}

/// Whether lines are a table's: enough of them are rows of cells, and most of what is right of the first column are
/// figures.
bool holds_figures(std::span<const TextRow> rows, std::span<const Line> lines) {
  const auto content = content_of(rows, lines);
  if (5 * content.rows < 2 * rows.size() || 10 * content.operators > content.pieces || is_entangled(rows) ||
      content.with_figures < least_rows) {
    return false;
  }
  const auto figures = content.figures + content.marks;
  const bool is_of_pairs = 2 * content.pairs > content.rows;
  if (is_of_pairs) {
    return content.rows >= least_rows_of_pairs && 10 * figures >= 8 * content.pieces && !counts_pages(rows, lines);
  }
  return content.rows >= least_rows && 2 * figures >= content.pieces;
}

/// A line as the search for rows sees it: where it is, and how many pieces stand apart on it.
struct LinePieces {
  const Line* line = nullptr;
  float middle = 0;
  std::size_t count = 1;
};

LinePieces pieces_on(const Line& line) noexcept {
  LinePieces pieces{.line = &line, .middle = middle_y(line.box)};
  // A row is as large as its largest words, those aside that are a little larger: text_rows().
  constexpr float surely_no_gap = column_gap / 1.25F;
  for (std::size_t i = 1; i < line.words.size(); ++i) {
    const auto& one = line.words[i - 1];
    const auto& next = line.words[i];
    const float gap = std::max(next.box.x0 - one.box.x1, one.box.x0 - next.box.x1);
    pieces.count += gap >= surely_no_gap * size_of(next) ? 1 : 0;
  }
  return pieces;
}

bool has_figure(const LinePieces& pieces) noexcept {
  return std::ranges::any_of(pieces.line->words, [](const Word& word) {
    return std::ranges::any_of(word.text, [](char c) { return c >= '0' && c <= '9'; });
  });
}

}  // namespace

bool may_have_aligned_tables(std::span<const Line> lines) {
  std::vector<LinePieces> all;
  all.reserve(lines.size());
  std::ranges::transform(lines, std::back_inserter(all), pieces_on);
  std::ranges::sort(all, {}, &LinePieces::middle);
  // Lines of text below each other are a line's height apart at least. Where they are not they are taken together, and
  // may be a row each.
  const auto on_one_row = [](const LinePieces& a, const LinePieces& b) {
    return b.middle - a.middle < 0.7F * std::max(a.line->box.height(), b.line->box.height());
  };
  std::size_t rows = 0;
  for (auto row = all.begin(); row != all.end() && rows < least_rows;) {
    auto pieces = row->count;
    auto end = std::next(row);
    for (; end != all.end() && on_one_row(*std::prev(end), *end); ++end) {
      pieces += end->count;
    }
    if (pieces >= 2 && std::any_of(row, end, has_figure)) {
      rows += static_cast<std::size_t>(end - row);
    }
    row = end;
  }
  return rows >= least_rows;
}

std::vector<FoundTable> find_aligned_tables(std::span<const TableWord> words, std::span<const Line> lines) {
  std::vector<FoundTable> tables;
  const auto rows = text_rows(words);
  std::size_t free = 0;  // rows before are another table's
  for (std::size_t at = 0; at < rows.size();) {
    if (!is_row_of_cells(rows[at])) {
      ++at;
      continue;
    }
    auto run = run_from(rows, at);
    at = run.end;
    if (!holds_figures(std::span(rows).subspan(run.first, run.end - run.first), lines)) {
      continue;
    }
    const auto heads = take_heads(rows, lines, free, run);
    const auto found = std::span(rows).subspan(run.first, run.end - run.first);
    auto grid = open_grid(found, {}, heads);
    if (!grid || has_running_text(found, grid->xs)) {
      continue;
    }
    std::vector<TableWord> inside;
    for (const auto& one : found) {
      inside.insert(inside.end(), one.words.begin(), one.words.end());
    }
    std::ranges::stable_sort(inside, {}, &TableWord::middle_y);
    if (auto table = credible_table(std::move(*grid), inside, words); table) {
      tables.push_back(std::move(*table));
      free = run.end;
    }
  }
  return tables;
}

}  // namespace docket::engine
