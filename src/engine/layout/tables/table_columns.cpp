#include "engine/layout/tables/table_columns.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "engine/layout/tables/table_grid.h"

namespace docket::engine {
namespace {

/// How many columns have long lines, most of which fill so large a share of their column's width.
std::size_t running_columns(std::span<const TextRow> rows, std::span<const float> xs, std::uint32_t long_line,
                            float full_share) {
  const auto extents = column_extents(rows, xs);
  std::vector<std::size_t> lines(extents.size());
  std::vector<std::size_t> full(extents.size());
  for (const auto& row : rows) {
    for (const auto& piece : row.pieces) {
      const auto column = interval_of(xs, piece.middle_x());
      ++lines[column];
      full[column] += piece.chars >= long_line && piece.box.width() >= full_share * extents[column].width() ? 1 : 0;
    }
  }
  std::size_t running = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    running += 2 * full[i] > lines[i] ? 1 : 0;
  }
  return running;
}

}  // namespace

std::vector<float> column_gaps(std::span<const TextRow> rows) {
  std::size_t most = 0;
  float x0 = rows.empty() ? 0 : rows.front().box.x0;
  float x1 = x0;
  float size = 1;
  for (const auto& row : rows) {
    most = std::max(most, row.pieces.size());
    x0 = std::min(x0, row.box.x0);
    x1 = std::max(x1, row.box.x1);
    size = std::max(size, row.size);
  }
  constexpr float widest = 5000;  // points; bins of one each
  if (most < 2 || x1 - x0 > widest) {
    return {};
  }
  const auto bins = static_cast<std::size_t>(std::ceil(x1 - x0)) + 1;
  // How many rows run across each bin: those with most of the pieces, and the others.
  std::vector<std::int32_t> full(bins + 1);
  std::vector<std::int32_t> sparse(bins + 1);
  std::int32_t full_rows = 0;
  for (const auto& row : rows) {
    const bool is_full = row.pieces.size() >= 2 && 2 * row.pieces.size() > most;
    full_rows += is_full ? 1 : 0;
    auto& counts = is_full ? full : sparse;
    for (const auto& piece : row.pieces) {
      ++counts[static_cast<std::size_t>(piece.box.x0 - x0)];
      --counts[static_cast<std::size_t>(piece.box.x1 - x0) + 1];
    }
  }
  const auto all = static_cast<std::int32_t>(rows.size());
  const auto may_cross = full_rows / 20;
  const auto sparse_may_cross = std::max(1, (all - full_rows) / 4);
  const float least = rows.size() < 4 ? 0.8F * size : 0.45F * size;
  std::vector<float> gaps;
  std::int32_t crossing = 0;
  std::int32_t sparse_crossing = 0;
  std::size_t start = 0;  // of the gap that is open; bins are free from there on
  for (std::size_t bin = 0; bin < bins; ++bin) {
    crossing += full[bin];
    sparse_crossing += sparse[bin];
    if (crossing > may_cross || sparse_crossing > sparse_may_cross) {
      const auto width = static_cast<float>(bin) - static_cast<float>(start);
      if (start > 0 && width >= std::max(least, 1.0F)) {
        gaps.push_back(x0 + static_cast<float>(start) + width / 2);
      }
      start = bin + 1;
    }
  }
  return gaps;
}

std::vector<Box> column_extents(std::span<const TextRow> rows, std::span<const float> xs) {
  std::vector<Box> extents(xs.size() - 1);
  std::vector<bool> has_text(extents.size());
  for (const auto& row : rows) {
    for (const auto& piece : row.pieces) {
      const auto column = interval_of(xs, piece.middle_x());
      if (piece.box.x0 < xs[column] || piece.box.x1 > xs[column + 1]) {
        continue;
      }
      extents[column] = has_text[column] ? united(extents[column], piece.box) : piece.box;
      has_text[column] = true;
    }
  }
  for (std::size_t i = 0; i < extents.size(); ++i) {
    if (!has_text[i]) {
      extents[i] = {xs[i], 0, xs[i + 1], 0};
    }
  }
  return extents;
}

bool is_running_text(std::span<const TextRow> rows, std::span<const float> xs) {
  constexpr std::uint32_t long_line = 24;  // characters
  return running_columns(rows, xs, long_line, 0.8F) + 1 == xs.size();
}

bool has_running_text(std::span<const TextRow> rows, std::span<const float> xs) {
  constexpr std::uint32_t very_long_line = 40;  // characters
  return running_columns(rows, xs, very_long_line, 0.9F) > 0;
}

}  // namespace docket::engine
