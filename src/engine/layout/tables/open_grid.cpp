#include "engine/layout/tables/open_grid.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "engine/layout/tables/parted_rows.h"
#include "engine/layout/tables/table_columns.h"
#include "engine/layout/tables/table_rows.h"

namespace docket::engine {
namespace {

struct Columns {
  std::size_t first = 0;
  std::size_t last = 0;
};

/// The columns over which a piece reaches.
Columns columns_under(const TextPiece& piece, std::span<const float> xs, std::span<const Box> extents, float size) {
  Columns columns{interval_of(xs, piece.box.x0), interval_of(xs, piece.box.x1)};
  const auto home = interval_of(xs, piece.middle_x());
  // A word may stick out into the gap, or a little further, without being another column's.
  while (columns.first < home && piece.box.x0 > extents[columns.first].x1 - 0.5F * size) {
    ++columns.first;
  }
  while (columns.last > home && piece.box.x1 < extents[columns.last].x0 + 0.5F * size) {
    --columns.last;
  }
  return columns;
}

/// Makes an open grid. Lives for one call of open_grid(), on its stack.
class OpenGridMaker {
 public:
  OpenGridMaker(std::span<const TextRow> rows, std::span<const Box> rules, std::size_t heads, std::vector<float> xs)
      : rows_(rows), rules_(rules), heads_(heads), extents_(column_extents(rows.subspan(heads), xs)) {
    grid_.xs = std::move(xs);
  }

  Grid make() {
    find_rows();
    grid_.ys.push_back(rows_.front().box.y0 - 1);
    for (std::size_t i = 1; i < starts_.size(); ++i) {
      grid_.ys.push_back((rows_[starts_[i] - 1].box.y1 + rows_[starts_[i]].box.y0) / 2);
    }
    grid_.ys.push_back(rows_.back().box.y1 + 1);
    for (std::size_t i = 0; i < starts_.size(); ++i) {
      add_cells(i);
    }
    return std::move(grid_);
  }

 private:
  [[nodiscard]] std::size_t end_of(std::size_t row) const noexcept {
    return row + 1 < starts_.size() ? starts_[row + 1] : rows_.size();
  }

  [[nodiscard]] bool runs_through(const Box& rule) const noexcept {
    return rule.width() >= 0.8F * (grid_.xs.back() - grid_.xs.front());
  }

  /// The rule between line `index` and the one above it: the widest.
  [[nodiscard]] const Box* rule_above(std::size_t index) const noexcept {
    const Box* widest = nullptr;
    for (const auto& rule : rules_) {
      const float y = (rule.y0 + rule.y1) / 2;
      const float above = index > 0 ? (rows_[index - 1].box.y0 + rows_[index - 1].box.y1) / 2 : -1;
      if (y > above && y < (rows_[index].box.y0 + rows_[index].box.y1) / 2 &&
          (widest == nullptr || rule.width() > widest->width())) {
        widest = &rule;
      }
    }
    return widest;
  }

  /// Whether a line has a head of several columns.
  [[nodiscard]] bool has_spanning(const TextRow& row) const {
    return row.pieces.size() > 1 && std::ranges::any_of(row.pieces, [&](const TextPiece& piece) {
             const auto columns = columns_under(piece, grid_.xs, extents_, row.size);
             return columns.last > columns.first;
           });
  }

  void find_rows() {
    std::size_t band = 0;  // its first line
    std::size_t bands = 0;
    std::vector<bool> has_partial(rows_.size());
    if (heads_ > 0) {
      add_band(0, heads_, true, has_partial);
      grid_.header_rows = static_cast<std::uint16_t>(starts_.size());
      band = heads_;
      ++bands;
    }
    for (std::size_t i = heads_ + 1; i <= rows_.size(); ++i) {
      const auto* const rule = i < rows_.size() ? rule_above(i) : nullptr;
      if (rule != nullptr && !runs_through(*rule)) {
        has_partial[i] = true;
      } else if (rule != nullptr || i == rows_.size()) {
        const bool is_head = bands == 0 && i < rows_.size() && 2 * i < rows_.size() + 2;
        add_band(band, i, is_head, has_partial);
        if (is_head) {
          grid_.header_rows = static_cast<std::uint16_t>(starts_.size());
        }
        band = i;
        ++bands;
      }
    }
  }

  void add_band(std::size_t first, std::size_t end, bool is_head, const std::vector<bool>& has_partial) {
    if (is_head) {
      for (auto i = first; i < end; ++i) {
        if (i == first || has_partial[i] || has_spanning(rows_[i - 1])) {
          starts_.push_back(i);
        }
      }
      return;
    }
    for (auto i = first; i < end;) {
      auto part = i + 1;
      while (part < end && !has_partial[part]) {
        ++part;
      }
      for (const auto start : first_lines(rows_.subspan(i, part - i), grid_.xs)) {
        starts_.push_back(i + start);
      }
      i = part;
    }
  }

  void add_cells(std::size_t row) {
    std::vector<std::uint16_t> spans(grid_.columns(), 1);
    const auto* const below = end_of(row) < rows_.size() ? rule_above(end_of(row)) : nullptr;
    for (auto i = starts_[row]; i < end_of(row); ++i) {
      for (const auto& piece : rows_[i].pieces) {
        auto columns = columns_under(piece, grid_.xs, extents_, rows_[i].size);
        if (below != nullptr && !runs_through(*below)) {
          widen(columns, rows_[i], piece, end_of(row));
        }
        auto& span = spans[columns.first];
        span = std::max(span, static_cast<std::uint16_t>(columns.last - columns.first + 1));
      }
    }
    for (std::size_t column = 0; column < spans.size(); column += spans[column]) {
      // A cell's words must not be another one's: the first of two that overlap takes all.
      for (auto next = column + 1; next < column + spans[column]; ++next) {
        spans[column] = std::max(spans[column], static_cast<std::uint16_t>(next - column + spans[next]));
      }
      grid_.cells.push_back({static_cast<std::uint16_t>(row), static_cast<std::uint16_t>(column), 1, spans[column]});
    }
  }

  /// Widens a head to the columns over which the rule beneath it runs; several heads above one rule share its columns
  /// where they can do so evenly.
  void widen(Columns& columns, const TextRow& row, const TextPiece& piece, std::size_t next_line) const {
    const float y0 = rows_[next_line - 1].box.y0;
    const float y1 = rows_[next_line].box.y1;
    for (const auto& rule : rules_) {
      const auto is_above = [&](const TextPiece& one) {
        return rule.x0 <= one.middle_x() && one.middle_x() <= rule.x1;
      };
      if (rule.y0 <= y0 || rule.y1 >= y1 || runs_through(rule) || !is_above(piece)) {
        continue;
      }
      Columns under{extents_.size(), 0};
      for (std::size_t i = 0; i < extents_.size(); ++i) {
        const float common = std::min(rule.x1, extents_[i].x1) - std::max(rule.x0, extents_[i].x0);
        if (common > 0.5F * extents_[i].width()) {
          under = {std::min(under.first, i), i};
        }
      }
      const auto heads = static_cast<std::size_t>(std::ranges::count_if(row.pieces, is_above));
      const auto before =
          static_cast<std::size_t>(std::count_if(row.pieces.begin(), row.pieces.end(), [&](const TextPiece& one) {
            return is_above(one) && one.box.x0 < piece.box.x0;
          }));
      if (under.first > under.last || (under.last - under.first + 1) % heads != 0) {
        continue;
      }
      const auto share = (under.last - under.first + 1) / heads;
      const Columns its{under.first + before * share, under.first + (before + 1) * share - 1};
      if (grid_.xs[its.first] <= piece.middle_x() && piece.middle_x() <= grid_.xs[its.last + 1]) {
        columns = its;
      }
    }
  }

  std::span<const TextRow> rows_;
  std::span<const Box> rules_;
  std::size_t heads_;
  std::vector<Box> extents_;
  Grid grid_;
  std::vector<std::size_t> starts_;
};

}  // namespace

std::optional<Grid> open_grid(std::span<const TextRow> rows, std::span<const Box> rules, std::size_t heads) {
  const auto parted = part_rows(rows, heads);
  // Where many rows would have to be parted, words stand below each other by chance.
  const bool may_part = !parted.used.empty() && 4 * parted.used.size() <= rows.size();
  if (may_part) {
    rows = parted.rows;
  }
  const auto gaps = may_part ? gaps_of_parted(rows.subspan(heads), parted.used) : column_gaps(rows.subspan(heads));
  if (gaps.empty() || (gaps.size() + 1) * rows.size() > most_slots) {
    return std::nullopt;
  }
  float x0 = rows.front().box.x0;
  float x1 = rows.front().box.x1;
  for (const auto& row : rows) {
    x0 = std::min(x0, row.box.x0);
    x1 = std::max(x1, row.box.x1);
  }
  std::vector<float> xs{x0 - 1};
  xs.insert(xs.end(), gaps.begin(), gaps.end());
  xs.push_back(x1 + 1);
  return OpenGridMaker(rows, rules, heads, std::move(xs)).make();
}

}  // namespace docket::engine
