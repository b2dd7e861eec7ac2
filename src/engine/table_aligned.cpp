// Tables without rules: several rows, one below the other, whose pieces stand in the same columns.
#include <algorithm>
#include <map>

#include "engine/table_columns.h"
#include "engine/table_search.h"

namespace docket::engine {
namespace {

constexpr std::size_t least_columns = 3;
constexpr std::size_t least_rows = 4;
constexpr std::uint32_t longest_piece = 40;  // characters: what is longer is running text
constexpr float column_gap = 1.0F;           // ems

/// Whether a row has the looks of a table's: several short pieces well apart.
bool is_row_of_cells(const TextRow& row) noexcept {
  if (row.pieces.size() < least_columns) {
    return false;
  }
  for (std::size_t i = 0; i < row.pieces.size(); ++i) {
    if (row.pieces[i].chars > longest_piece ||
        (i > 0 && row.pieces[i].box.x0 - row.pieces[i - 1].box.x1 < column_gap * row.size)) {
      return false;
    }
  }
  return true;
}

/// Whether a row stands right below another one.
bool follows(const TextRow& above, const TextRow& below) noexcept {
  constexpr float widest_leading = 2.6F;
  return below.box.y0 - above.box.y1 < widest_leading * std::max(above.size, below.size) &&
         below.box.x0 < above.box.x1 && above.box.x0 < below.box.x1;
}

/// How many pieces most of the rows have, and how many rows that are.
std::pair<std::size_t, std::size_t> usual_pieces(std::span<const TextRow> rows) {
  std::map<std::size_t, std::size_t> counts;
  for (const auto& row : rows) {
    ++counts[row.pieces.size()];
  }
  const auto most = std::ranges::max_element(counts, {}, [](const auto& entry) { return entry.second; });
  return *most;
}

/// The share of figures among what stands right of the first column, in percent.
std::size_t percent_of_figures(std::span<const TextRow> rows) noexcept {
  std::size_t figures = 0;
  std::size_t all = 0;
  for (const auto& row : rows) {
    for (std::size_t i = 1; i < row.pieces.size(); ++i) {
      const auto& piece = row.pieces[i];
      const auto words = std::span(row.words).subspan(piece.first, piece.end - piece.first);
      figures += std::ranges::any_of(words, &TableWord::is_number) ? 1 : 0;
      ++all;
    }
  }
  return all == 0 ? 0 : 100 * figures / all;
}

}  // namespace

std::vector<FoundTable> find_aligned_tables(std::span<const TableWord> words) {
  std::vector<FoundTable> tables;
  const auto rows = text_rows(words);
  for (std::size_t first = 0; first < rows.size();) {
    if (!is_row_of_cells(rows[first])) {
      ++first;
      continue;
    }
    auto end = first + 1;
    while (end < rows.size() && is_row_of_cells(rows[end]) && follows(rows[end - 1], rows[end])) {
      ++end;
    }
    const auto run = std::span(rows).subspan(first, end - first);
    first = end;
    if (run.size() < least_rows) {
      continue;
    }
    const auto [pieces, alike] = usual_pieces(run);
    constexpr std::size_t least_figures = 50;  // percent
    if (10 * alike < 7 * run.size() || percent_of_figures(run) < least_figures) {
      continue;
    }
    auto grid = open_grid(run, {});
    if (!grid || grid->columns() != pieces) {
      continue;
    }
    std::vector<TableWord> inside;
    for (const auto& row : run) {
      inside.insert(inside.end(), row.words.begin(), row.words.end());
    }
    std::ranges::stable_sort(inside, {}, &TableWord::middle_y);
    if (auto table = credible_table(std::move(*grid), inside, words); table) {
      tables.push_back(std::move(*table));
    }
  }
  return tables;
}

}  // namespace docket::engine
