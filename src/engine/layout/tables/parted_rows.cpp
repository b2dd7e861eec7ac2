#include "engine/layout/tables/parted_rows.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include "engine/layout/tables/table_columns.h"

namespace docket::engine {
namespace {

/// In ems: how far the beginnings of words lie apart that stand below each other.
constexpr float same_edge = 0.1F;

bool is_edge(std::span<const float> edges, float x, float tolerance) {
  const auto at = std::ranges::lower_bound(edges, x - tolerance);
  return at != edges.end() && *at <= x + tolerance;
}

/// The left edges of columns that many rows tell: where pieces begin that others of their row stand before.
std::vector<float> common_edges(std::span<const TextRow> rows) {
  constexpr std::size_t least = 3;
  std::vector<float> begins;
  float size = 1;
  for (const auto& row : rows) {
    size = std::max(size, row.size);
    for (std::size_t i = 1; i < row.pieces.size(); ++i) {
      begins.push_back(row.pieces[i].box.x0);
    }
  }
  std::ranges::sort(begins);
  std::vector<float> edges;
  for (std::size_t first = 0, end = 0; first < begins.size(); first = end) {
    while (end < begins.size() && begins[end] <= begins[first] + same_edge * size) {
      ++end;
    }
    if (end - first >= std::max(least, rows.size() / 3)) {
      edges.push_back(begins[first]);
    }
  }
  return edges;
}

/// A row whose pieces end where a word begins at a column's edge: a cell may reach so far that no more than a space is
/// left before the next one. Tells which edges these are.
TextRow parted_at(const TextRow& row, std::span<const float> edges, std::vector<float>& used) {
  TextRow parted{row.box, row.size, row.words, {}};
  const float tolerance = same_edge * row.size;
  for (std::size_t i = 0; i < row.pieces.size(); ++i) {
    const auto& piece = row.pieces[i];
    const bool is_cell = i == 0 || is_edge(edges, piece.box.x0, tolerance);
    for (auto k = piece.first; k < piece.end; ++k) {
      const auto& word = row.words[k];
      const bool parts = k > piece.first && is_cell && is_edge(edges, word.box.x0, tolerance);
      if (k == piece.first || parts) {
        parted.pieces.push_back({word.box, k, k, 0});
      }
      if (parts) {
        used.push_back(word.box.x0);
      }
      auto& part = parted.pieces.back();
      part.box = united(part.box, word.box);
      part.end = k + 1;
      part.chars += word.chars;
    }
  }
  return parted;
}

/// The middle of the gap before a column's edge, where no more of the rows run across than may; however narrow it is.
std::optional<float> gap_before(float edge, std::span<const TextRow> rows) {
  std::size_t crossing = 0;
  std::optional<float> reach;
  for (const auto& row : rows) {
    const float tolerance = same_edge * row.size;
    for (const auto& piece : row.pieces) {
      if (piece.box.x1 <= edge) {
        reach = std::max(reach.value_or(piece.box.x1), piece.box.x1);
      } else if (piece.box.x0 < edge - tolerance) {
        ++crossing;
      }
    }
  }
  return reach && crossing <= rows.size() / 4 ? std::optional((*reach + edge) / 2) : std::nullopt;
}

}  // namespace

PartedRows part_rows(std::span<const TextRow> rows, std::size_t heads) {
  PartedRows parted;
  if (const auto edges = common_edges(rows.subspan(heads)); !edges.empty()) {
    parted.rows.reserve(rows.size());
    std::ranges::transform(rows, std::back_inserter(parted.rows),
                           [&](const TextRow& row) { return parted_at(row, edges, parted.used); });
  }
  return parted;
}

std::vector<float> gaps_of_parted(std::span<const TextRow> rows, std::span<const float> edges) {
  auto gaps = column_gaps(rows);
  for (const float edge : edges) {
    const auto gap = gap_before(edge, rows);
    if (!gap) {
      continue;
    }
    // It may be known already, from rows that leave more.
    const float reach = *gap - (edge - *gap);
    const auto at = std::ranges::lower_bound(gaps, reach);
    if (at == gaps.end() || *at > edge) {
      gaps.insert(at, *gap);
    }
  }
  return gaps;
}

}  // namespace docket::engine
