#include "engine/layout/tables/table_grid.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

#include "engine/model/rules.h"

namespace docket::engine {
namespace {

/// How far the ends of rules that belong together may lie apart, in points; also the width of double rules.
constexpr float reach = 3.0F;

/// Disjoint sets of indices.
class Sets {
 public:
  explicit Sets(std::size_t size) : parents_(size) { std::iota(parents_.begin(), parents_.end(), 0U); }

  std::size_t find(std::size_t one) noexcept {
    while (parents_[one] != one) {
      parents_[one] = parents_[parents_[one]];
      one = parents_[one];
    }
    return one;
  }

  void join(std::size_t a, std::size_t b) noexcept { parents_[find(a)] = find(b); }

 private:
  std::vector<std::size_t> parents_;
};

/// Edges from positions that lie close together.
std::vector<float> clustered(std::vector<float> positions) {
  std::ranges::sort(positions);
  std::vector<float> edges;
  for (std::size_t first = 0; first < positions.size();) {
    auto end = first + 1;
    while (end < positions.size() && positions[end] - positions[end - 1] <= reach &&
           positions[end] - positions[first] <= 2 * reach) {
      ++end;
    }
    edges.push_back((positions[first] + positions[end - 1]) / 2);
    first = end;
  }
  return edges;
}

/// The edge that a rule lies on.
std::size_t edge_of(std::span<const float> edges, float at) noexcept {
  const auto next = static_cast<std::size_t>(std::ranges::lower_bound(edges, at) - edges.begin());
  if (next == 0 || (next < edges.size() && edges[next] - at <= at - edges[next - 1])) {
    return next;
  }
  return next - 1;
}

/// Which of the intervals between `edges` a rule from `from` to `to` runs along: those that it covers by half or more.
std::pair<std::size_t, std::size_t> covered(std::span<const float> edges, float from, float to) noexcept {
  auto first = interval_of(edges, from);
  auto last = interval_of(edges, to);
  if (std::min(to, edges[first + 1]) - std::max(from, edges[first]) < 0.5F * (edges[first + 1] - edges[first])) {
    ++first;
  }
  if (last < first ||
      std::min(to, edges[last + 1]) - std::max(from, edges[last]) < 0.5F * (edges[last + 1] - edges[last])) {
    return {first, last};
  }
  return {first, last + 1};
}

/// Where rules stand between the slots of a grid. Lives while one grid is made.
struct Borders {
  std::size_t rows;
  std::size_t columns;
  std::vector<bool> below;   ///< by slot
  std::vector<bool> behind;  ///< by slot: on its right

  [[nodiscard]] bool has_below(std::size_t row, std::size_t column) const { return below[row * columns + column]; }
  [[nodiscard]] bool has_behind(std::size_t row, std::size_t column) const { return behind[row * columns + column]; }
};

Borders borders_of(const RuleGroup& rules, const Grid& grid) {
  Borders borders{grid.rows(), grid.columns(), {}, {}};
  borders.below.resize(borders.rows * borders.columns);
  borders.behind.resize(borders.rows * borders.columns);
  for (const auto& rule : rules.level) {
    const auto edge = edge_of(grid.ys, middle_y(rule));
    const auto [from, to] = covered(grid.xs, rule.x0, rule.x1);
    for (auto column = from; edge > 0 && edge < borders.rows && column < to; ++column) {
      borders.below[(edge - 1) * borders.columns + column] = true;
    }
  }
  for (const auto& rule : rules.upright) {
    const auto edge = edge_of(grid.xs, middle_x(rule));
    const auto [from, to] = covered(grid.ys, rule.y0, rule.y1);
    for (auto row = from; edge > 0 && edge < borders.columns && row < to; ++row) {
      borders.behind[row * borders.columns + edge - 1] = true;
    }
  }
  return borders;
}

/// The cells that borders leave, each as wide and then as high as it can be.
std::vector<GridCell> cells_between(const Borders& borders) {
  std::vector<GridCell> cells;
  std::vector<bool> taken(borders.rows * borders.columns);
  const auto is_free = [&](std::size_t row, std::size_t column) { return !taken[row * borders.columns + column]; };
  for (std::size_t row = 0; row < borders.rows; ++row) {
    for (std::size_t column = 0; column < borders.columns; ++column) {
      if (!is_free(row, column)) {
        continue;
      }
      auto right = column + 1;
      while (right < borders.columns && is_free(row, right) && !borders.has_behind(row, right - 1)) {
        ++right;
      }
      const auto continues = [&](std::size_t next) {
        for (auto at = column; at < right; ++at) {
          if (borders.has_below(next - 1, at) || !is_free(next, at) ||
              (at + 1 < right && borders.has_behind(next, at))) {
            return false;
          }
        }
        // Slots beside that belong to it as well would make it more than a rectangle.
        return (right == borders.columns || borders.has_behind(next, right - 1)) &&
               (column == 0 || !is_free(next, column - 1) || borders.has_behind(next, column - 1));
      };
      auto bottom = row + 1;
      while (bottom < borders.rows && continues(bottom)) {
        ++bottom;
      }
      for (auto at = row; at < bottom; ++at) {
        std::fill_n(taken.begin() + static_cast<std::ptrdiff_t>(at * borders.columns + column), right - column, true);
      }
      cells.push_back({static_cast<std::uint16_t>(row), static_cast<std::uint16_t>(column),
                       static_cast<std::uint16_t>(bottom - row), static_cast<std::uint16_t>(right - column)});
    }
  }
  return cells;
}

void sort_cells(std::vector<GridCell>& cells) {
  std::ranges::sort(cells, {}, [](const GridCell& cell) { return std::tuple(cell.row, cell.column); });
}

/// The position of a cell along one direction, for operations that work on rows and columns alike.
struct Along {
  std::uint16_t GridCell::*start;
  std::uint16_t GridCell::*span;
  std::vector<float> Grid::*edges;
};
constexpr Along along_rows{&GridCell::row, &GridCell::row_span, &Grid::ys};
constexpr Along along_columns{&GridCell::column, &GridCell::column_span, &Grid::xs};

void split(Grid& grid, const Along& along, std::size_t index, std::span<const float> edges) {
  if (edges.empty()) {
    return;
  }
  const auto more = static_cast<std::uint16_t>(edges.size());
  std::vector<GridCell> added;
  for (auto& cell : grid.cells) {
    auto& start = cell.*along.start;
    auto& span = cell.*along.span;
    if (start > index) {
      start = static_cast<std::uint16_t>(start + more);
    } else if (start == index && span == 1) {
      for (std::uint16_t i = 1; i <= more; ++i) {
        auto part = cell;
        part.*along.start = static_cast<std::uint16_t>(start + i);
        added.push_back(part);
      }
    } else if (start + std::size_t{span} > index) {
      span = static_cast<std::uint16_t>(span + more);
    }
  }
  grid.cells.insert(grid.cells.end(), added.begin(), added.end());
  auto& all = grid.*along.edges;
  all.insert(all.begin() + static_cast<std::ptrdiff_t>(index) + 1, edges.begin(), edges.end());
  sort_cells(grid.cells);
}

/// Takes interval `index` away; its space becomes the one's before, or behind the first.
void drop(Grid& grid, const Along& along, std::size_t index) {
  std::vector<GridCell> kept;
  for (auto cell : grid.cells) {
    auto& start = cell.*along.start;
    auto& span = cell.*along.span;
    if (start > index) {
      --start;
    } else if (start + std::size_t{span} > index && span-- == 1) {
      continue;
    }
    kept.push_back(cell);
  }
  grid.cells = std::move(kept);
  auto& edges = grid.*along.edges;
  edges.erase(edges.begin() + static_cast<std::ptrdiff_t>(index == 0 ? 1 : index));
}

void drop_slivers_along(Grid& grid, const Along& along, std::vector<bool> has_text, float narrow) {
  auto& edges = grid.*along.edges;
  for (auto i = has_text.size(); i-- > 0;) {
    if (edges.size() > 2 && !has_text[i] && edges[i + 1] - edges[i] < narrow) {
      drop(grid, along, i);
    }
  }
}

}  // namespace

std::size_t interval_of(std::span<const float> edges, float at) noexcept {
  const auto next = std::ranges::upper_bound(edges, at) - edges.begin();
  return static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(next - 1, 0, std::ssize(edges) - 2));
}

std::vector<std::uint32_t> cells_by_slot(const Grid& grid) {
  std::vector<std::uint32_t> slots(grid.rows() * grid.columns());
  for (std::uint32_t i = 0; i < grid.cells.size(); ++i) {
    const auto& cell = grid.cells[i];
    for (std::size_t row = cell.row; row < cell.row + std::size_t{cell.row_span}; ++row) {
      std::fill_n(slots.begin() + static_cast<std::ptrdiff_t>(row * grid.columns() + cell.column), cell.column_span, i);
    }
  }
  return slots;
}

std::vector<std::vector<TableWord>> words_by_cell(const Grid& grid, std::span<const TableWord> words) {
  const auto slots = cells_by_slot(grid);
  std::vector<std::vector<TableWord>> by_cell(grid.cells.size());
  for (const auto& word : words) {
    const auto row = interval_of(grid.ys, word.middle_y());
    const auto column = interval_of(grid.xs, word.middle_x());
    by_cell[slots[row * grid.columns() + column]].push_back(word);
  }
  return by_cell;
}

std::vector<RuleGroup> connected_rules(std::span<const Box> rules) {
  std::vector<std::size_t> level;
  std::vector<std::size_t> upright;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    (is_level(rules[i]) ? level : upright).push_back(i);
  }
  std::ranges::sort(upright, {}, [&](std::size_t i) { return rules[i].x0; });
  Sets sets(rules.size());
  for (const auto i : level) {
    const auto& rule = rules[i];
    auto at = std::ranges::lower_bound(upright, rule.x0 - reach - thickest_rule, {},
                                       [&](std::size_t k) { return rules[k].x0; });
    for (; at != upright.end() && rules[*at].x0 <= rule.x1 + reach; ++at) {
      if (rules[*at].y0 - reach <= rule.y1 && rule.y0 <= rules[*at].y1 + reach) {
        sets.join(i, *at);
      }
    }
  }
  std::vector<std::size_t> order(rules.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return sets.find(i); });
  std::vector<RuleGroup> groups;
  for (std::size_t first = 0; first < order.size();) {
    RuleGroup group{{}, {}, rules[order[first]]};
    auto end = first;
    for (; end < order.size() && sets.find(order[end]) == sets.find(order[first]); ++end) {
      const auto& rule = rules[order[end]];
      (is_level(rule) ? group.level : group.upright).push_back(rule);
      group.box = united(group.box, rule);
    }
    if (end - first >= 2) {
      std::ranges::sort(group.level, {}, &Box::y0);
      std::ranges::sort(group.upright, {}, &Box::x0);
      groups.push_back(std::move(group));
    }
    first = end;
  }
  std::ranges::sort(groups, {}, [](const RuleGroup& group) { return std::tuple(group.box.y0, group.box.x0); });
  return groups;
}

std::optional<Grid> ruled_grid(const RuleGroup& rules) {
  std::vector<float> xs;
  std::vector<float> ys;
  for (const auto& rule : rules.level) {
    ys.push_back(middle_y(rule));
  }
  for (const auto& rule : rules.upright) {
    xs.push_back(middle_x(rule));
  }
  // A table may be open at its sides: it ends where its rules do.
  xs.insert(xs.end(), {rules.box.x0, rules.box.x1});
  ys.insert(ys.end(), {rules.box.y0, rules.box.y1});
  Grid grid{clustered(std::move(xs)), clustered(std::move(ys)), {}, 0};
  if (grid.xs.size() < 2 || grid.ys.size() < 2 || grid.rows() * grid.columns() < 2 ||
      grid.rows() * grid.columns() > most_slots) {
    return std::nullopt;
  }
  grid.cells = cells_between(borders_of(rules, grid));
  return grid;
}

float regularity(const Grid& grid) noexcept {
  if (grid.columns() < 2) {
    return 1;
  }
  const float height = grid.ys.back() - grid.ys.front();
  float through = 0;
  for (const auto& cell : grid.cells) {
    if (cell.column > 0) {
      through += grid.box_of(cell).height();
    }
  }
  return through / (height * static_cast<float>(grid.columns() - 1));
}

void drop_slivers(Grid& grid, std::span<const TableWord> words, float size) {
  std::vector<bool> rows(grid.rows());
  std::vector<bool> columns(grid.columns());
  for (const auto& word : words) {
    rows[interval_of(grid.ys, word.middle_y())] = true;
    columns[interval_of(grid.xs, word.middle_x())] = true;
  }
  drop_slivers_along(grid, along_rows, std::move(rows), 0.6F * size);
  drop_slivers_along(grid, along_columns, std::move(columns), size);
}

void split_row(Grid& grid, std::size_t row, std::span<const float> edges) {
  split(grid, along_rows, row, edges);
}

void split_column(Grid& grid, std::size_t column, std::span<const float> edges) {
  split(grid, along_columns, column, edges);
}

}  // namespace docket::engine
