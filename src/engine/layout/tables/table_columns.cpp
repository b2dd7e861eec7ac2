#include "engine/layout/tables/table_columns.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace docket::engine {
namespace {

/// How far the text of each column reaches, told from pieces that lie in one column only.
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

/// What one line has in a column.
struct LinePart {
  bool has_text = false;
  float x1 = 0;
  float first_width = 0;  ///< of the first word
  bool is_figures = false;
};

std::vector<LinePart> parts_of(const TextRow& row, std::span<const float> xs) {
  std::vector<LinePart> parts(xs.size() - 1);
  for (const auto& piece : row.pieces) {
    auto& part = parts[interval_of(xs, piece.middle_x())];
    const auto words = std::span(row.words).subspan(piece.first, piece.end - piece.first);
    const bool is_figures = std::ranges::all_of(words, &TableWord::is_number);
    if (!part.has_text) {
      part = {true, piece.box.x1, words.front().box.width(), is_figures};
    } else {
      part.x1 = std::max(part.x1, piece.box.x1);
      part.is_figures = part.is_figures && is_figures;
    }
  }
  return parts;
}

float pitch(const TextRow& above, const TextRow& below) noexcept {
  return below.box.y1 - above.box.y1;
}

/// The smallest distance of lines that is not an accident; 0 for a single line.
float least_pitch(std::span<const TextRow> rows) {
  std::vector<float> pitches;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    pitches.push_back(pitch(rows[i - 1], rows[i]));
  }
  if (pitches.empty()) {
    return 0;
  }
  const auto at = pitches.begin() + static_cast<std::ptrdiff_t>(pitches.size() / 10);
  std::ranges::nth_element(pitches, at);
  return *at;
}

/// Whether a line's words had to stand on it because the line above was full, in every column in which it has any; and
/// are not mostly figures, of which each row has its own.
bool only_goes_on(const std::vector<LinePart>& above, const std::vector<LinePart>& line, std::span<const Box> extents,
                  float size) {
  std::size_t words = 0;
  std::size_t figures = 0;  // but for the first column's
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (!line[i].has_text) {
      continue;
    }
    if (!above[i].has_text || above[i].x1 + 0.2F * size + line[i].first_width < extents[i].x1 - 0.3F * size) {
      return false;
    }
    words += line[i].is_figures ? 0 : 1;
    figures += i > 0 && line[i].is_figures ? 1 : 0;
  }
  return words > figures;
}

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

/// The gaps of rows that were parted at some edges: those that all leave, and those before these edges.
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

std::vector<std::size_t> first_lines(std::span<const TextRow> rows, std::span<const float> xs) {
  std::vector<std::size_t> starts;
  const auto extents = column_extents(rows, xs);
  const float least = least_pitch(rows);
  float largest = 0;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    largest = std::max(largest, std::min(pitch(rows[i - 1], rows[i]), 1.6F * least));
  }
  std::vector<LinePart> row;    // what the lines of the row so far have
  std::vector<LinePart> above;  // the last text of each of its columns
  for (std::size_t i = 0; i < rows.size(); ++i) {
    auto line = parts_of(rows[i], xs);
    const auto filled = std::ranges::count_if(line, &LinePart::has_text);
    if (i > 0) {
      const float step = pitch(rows[i - 1], rows[i]);
      const bool is_partial = filled < std::ranges::count_if(row, &LinePart::has_text);
      const bool is_tight = step < 0.87F * largest;
      if (step <= 1.15F * least && (is_partial || is_tight) && only_goes_on(above, line, extents, rows[i].size)) {
        for (std::size_t k = 0; k < line.size(); ++k) {
          if (line[k].has_text) {
            above[k] = line[k];
            row[k].has_text = true;
          }
        }
        continue;
      }
    }
    starts.push_back(i);
    above = line;
    row = std::move(line);
  }
  return starts;
}

std::optional<Grid> open_grid(std::span<const TextRow> rows, std::span<const Box> rules, std::size_t heads) {
  std::vector<TextRow> parted;
  std::vector<float> used;
  if (const auto edges = common_edges(rows.subspan(heads)); !edges.empty()) {
    parted.reserve(rows.size());
    std::ranges::transform(rows, std::back_inserter(parted),
                           [&](const TextRow& row) { return parted_at(row, edges, used); });
  }
  // Where many rows would have to be parted, words stand below each other by chance.
  const bool may_part = !used.empty() && 4 * used.size() <= rows.size();
  if (may_part) {
    rows = parted;
  }
  const auto gaps = may_part ? gaps_of_parted(rows.subspan(heads), used) : column_gaps(rows.subspan(heads));
  if (gaps.empty() || (gaps.size() + 1) * rows.size() > most_places) {
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

bool is_running_text(std::span<const TextRow> rows, std::span<const float> xs) {
  constexpr std::uint32_t long_line = 24;  // characters
  return running_columns(rows, xs, long_line, 0.8F) + 1 == xs.size();
}

bool has_running_text(std::span<const TextRow> rows, std::span<const float> xs) {
  constexpr std::uint32_t very_long_line = 40;  // characters
  return running_columns(rows, xs, very_long_line, 0.9F) > 0;
}

}  // namespace docket::engine
