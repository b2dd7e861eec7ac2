#include "engine/layout/paragraphs.h"

#include <algorithm>
#include <cmath>

#include "engine/layout/rows.h"
#include "engine/text/continuation.h"
#include "engine/text/size_histogram.h"

namespace docket::engine {
namespace {

/// How far measures may be off.
struct Tolerance {
  float size;          ///< relative difference of font sizes that still counts as equal
  float size_flowing;  ///< the same within a sentence
  float leading;       ///< factor of the usual leading that is no gap yet
  float slack;         ///< of a row's end, in ems
};

constexpr Tolerance tolerance_of(Measures measures) noexcept {
  switch (measures) {
    case Measures::exact:
      return {0.07F, 0.07F, 1.22F, 0.3F};
    case Measures::fitted:
      return {0.12F, 0.3F, 1.3F, 0.6F};
    default:
      return {0.25F, 0.25F, 1.4F, 1.0F};
  }
}

/// The `rank`-th smallest of some edges (0: the smallest), so that one line that sticks out does not count.
template <class Edge>
float ranked(std::span<const Row> rows, std::size_t rank, Edge edge) {
  std::vector<float> edges;
  edges.reserve(rows.size());
  for (const auto& row : rows) {
    edges.push_back(edge(row));
  }
  const auto at = edges.begin() + static_cast<std::ptrdiff_t>(std::min(rank, edges.size() - 1));
  std::ranges::nth_element(edges, at);
  return *at;
}

float left_edge(std::span<const Row> rows) {
  return ranked(rows, rows.size() / 10, [](const Row& row) { return row.box.x0; });
}

float right_edge(std::span<const Row> rows) {
  return -ranked(rows, rows.size() / 10, [](const Row& row) { return -row.box.x1; });
}

/// Splits the rows of one region. Lives on the stack of build_blocks().
class RegionSplitter {
 public:
  RegionSplitter(std::span<const Row> rows, Tolerance tolerance, float page_leading, float body_size)
      : rows_(rows),
        tolerance_(tolerance),
        leading_(usual_leading(rows, page_leading)),
        body_size_(body_size),
        right_(right_edge(rows)) {
    for (std::size_t i = 1; i < rows.size(); ++i) {
      if (rows[i - 1].marker && !rows[i].marker && has_hanging_indent(rows[i - 1], rows[i])) {
        hanging_items_.push_back(rows[i - 1].box.x0);
      }
    }
    std::ranges::sort(hanging_items_);
  }

  /// The index of each paragraph's first row.
  [[nodiscard]] std::vector<std::size_t> split() const {
    std::vector<std::size_t> starts;
    for (std::size_t first = 0; first < rows_.size();) {
      auto end = first + 1;
      while (end < rows_.size() && !is_apart(rows_[end - 1], rows_[end])) {
        ++end;
      }
      split_run(first, end, starts);
      first = end;
    }
    return starts;
  }

 private:
  /// Whether `b` begins a new paragraph whatever its indent is.
  [[nodiscard]] bool is_apart(const Row& a, const Row& b) const noexcept {
    if (a.is_tabular || b.is_tabular || a.has_leader || b.marker) {
      return true;
    }
    if (b.has_label && ends_sentence(a.last)) {
      return true;
    }
    const float size = std::max(a.style.size, b.style.size);
    const float step = b.baseline - a.baseline;
    const bool flows = continues(a.last, b.first);
    if (std::abs(a.style.size - b.style.size) > (flows ? tolerance_.size_flowing : tolerance_.size) * size) {
      // A row of few characters may be a formula's rest; its size says little.
      return !(flows && std::min(a.style.chars, b.style.chars) < 6 && step < leading_ * size * tolerance_.leading);
    }
    if ((a.style.bold != b.style.bold || a.style.monospace != b.style.monospace) && !flows) {
      return true;
    }
    const float limit = leading_ * size * tolerance_.leading;
    return step > (flows ? 1.25F * limit : limit) || step < 0.3F * size;
  }

  /// Whether `b`'s first word would have fitted at the end of `a`, with `extra` ems to spare.
  [[nodiscard]] bool is_short(const Row& a, const Row& b, float right, float extra) const noexcept {
    const float em = a.style.size;
    return right - a.box.x1 > b.first_word_width + (0.3F + tolerance_.slack + extra) * em;
  }

  [[nodiscard]] static bool is_centred(std::span<const Row> run) noexcept {
    float x0_min = run.front().box.x0;
    float x0_max = x0_min;
    const float centre = (run.front().box.x0 + run.front().box.x1) / 2;
    const float em = run.front().style.size;
    for (const auto& row : run) {
      if (std::abs((row.box.x0 + row.box.x1) / 2 - centre) > 0.6F * em) {
        return false;
      }
      x0_min = std::min(x0_min, row.box.x0);
      x0_max = std::max(x0_max, row.box.x0);
    }
    return x0_max - x0_min > em;
  }

  /// Whether rows at the left edge begin entries whose other rows are indented, as in a list of references.
  [[nodiscard]] bool is_hanging(std::span<const Row> run, float left, float right) const noexcept {
    std::size_t indented = 0;
    std::size_t hanging = 0;  // votes: the row before an indented one is full, so this one continues it
    for (std::size_t i = 1; i < run.size(); ++i) {
      const float em = run[i].style.size;
      if (run[i].box.x0 - left > 0.8F * em) {
        ++indented;
        if (run[i - 1].box.x0 - left < 0.5F * em && !is_short(run[i - 1], run[i], right, 0) &&
            !ends_sentence(run[i - 1].last)) {
          ++hanging;
        }
      }
    }
    const bool first_at_left = run.front().box.x0 - left < 0.5F * run.front().style.size;
    return indented > 0 && first_at_left && (indented * 2 > run.size() || hanging * 2 > indented);
  }

  /// Splits a run of rows of one style and leading by indents and short rows.
  void split_run(std::size_t first, std::size_t end, std::vector<std::size_t>& starts) const {
    starts.push_back(first);
    const auto run = rows_.subspan(first, end - first);
    if (run.size() < 2 || run.front().style.size > 1.15F * body_size_ || is_centred(run)) {
      return;
    }
    const float left = run.front().marker ? run.front().box.x0 : left_edge(run);
    const float right = run.size() < 3 ? std::max(right_, right_edge(run)) : right_edge(run);
    const bool is_item = run.front().marker.has_value();
    const bool hanging = is_item || is_hanging(run, left, right);
    const bool never_returns =
        is_item && !run.front().marker->is_number() && items_hang_at(left, run.front().style.size);
    std::size_t paragraph = 0;
    bool indented_before = false;  // a row of this paragraph after its first one is indented
    for (std::size_t i = 1; i < run.size(); ++i) {
      const auto& a = run[i - 1];
      const auto& b = run[i];
      const bool begins =
          hanging ? begins_entry(a, b, left, right,
                                 indented_before || (never_returns && paragraph == 0 && !continues(a.last, b.first)))
                  : begins_paragraph(a, b, left, right, i - 1 == paragraph);
      if (begins) {
        starts.push_back(first + i);
        paragraph = i;
        indented_before = false;
      } else if (b.box.x0 - left > 0.5F * b.style.size) {
        indented_before = true;
      }
    }
  }

  /// Whether an item whose marker stands there has its further rows below its text: so none goes on below the marker.
  [[nodiscard]] bool items_hang_at(float x0, float em) const {
    const auto near = std::ranges::lower_bound(hanging_items_, x0 - 0.5F * em);
    return near != hanging_items_.end() && *near < x0 + 0.5F * em;
  }

  [[nodiscard]] bool begins_entry(const Row& a, const Row& b, float left, float right, bool indented) const noexcept {
    if (b.box.x0 - left > 0.4F * b.style.size) {
      return false;
    }
    return indented || (is_short(a, b, right, 0) && !continues(a.last, b.first)) ||
           (!a.marker && ends_sentence(a.last) && is_short(a, b, right, -tolerance_.slack));
  }

  [[nodiscard]] bool begins_paragraph(const Row& a, const Row& b, float left, float right,
                                      bool a_is_first) const noexcept {
    const float em = b.style.size;
    const bool indented = b.box.x0 - left > 0.8F * em;
    const bool was_indented = a.box.x0 - left > 0.8F * em;
    if (indented && !was_indented) {
      return is_short(a, b, right, 0) || !continues(a.last, b.first);
    }
    if (!indented && was_indented && !a_is_first) {
      return true;
    }
    if (continues(a.last, b.first)) {
      return false;
    }
    return is_short(a, b, right, ends_sentence(a.last) ? 0.0F : 2.0F);
  }

  std::span<const Row> rows_;
  Tolerance tolerance_;
  float leading_;
  float body_size_;
  float right_;
  std::vector<float> hanging_items_;  ///< where their markers stand
};

/// The rows [first, end) of `region` as a block; their lines are moved out.
Block take_block(Region& region, std::span<const Row> rows, std::size_t first, std::size_t end) {
  Block block;
  const auto& marker = rows[first].marker;
  if (region.zone == Zone::margin) {
    block.kind = BlockKind::margin;
  } else if (marker && marker->open != '[') {
    block.kind = BlockKind::list_item;
    block.marker = marker_text(*marker, rows[first].first);
  }
  const auto from = region.rows[first];
  const auto to = end < region.rows.size() ? region.rows[end] : region.lines.size();
  block.box = region.lines[from].box;
  block.lines.reserve(to - from);
  for (std::size_t i = from; i < to; ++i) {
    block.box = united(block.box, region.lines[i].box);
    block.lines.push_back(std::move(region.lines[i]));
  }
  return block;
}

/// Where a column's text stopped, for the column that comes next.
struct ColumnEnd {
  std::size_t block = 0;  ///< its last paragraph
  bool is_full = false;   ///< the last row reaches the column's right edge, so it need not be the paragraph's last one
  bool ended = true;      ///< by a full stop or the like
  TextStyle style;
};

/// Whether the paragraph that ended a column goes on in the first paragraph of the next one.
bool continues(const ColumnEnd& end, const Block& last, const Block& next, const Row& first_row, float left) {
  if (continues(end_of(last), next)) {
    return end.style.bold == first_row.style.bold;
  }
  // A full last row without a full stop is broken off even if the next word is a name or a number.
  return end.is_full && !end.ended && last.kind == BlockKind::paragraph && next.kind == BlockKind::paragraph &&
         last.lines.size() > 1 && next.lines.size() > 1 && first_row.box.x0 - left < 0.5F * first_row.style.size &&
         end.style.bold == first_row.style.bold && end.style.monospace == first_row.style.monospace &&
         std::abs(end.style.size - first_row.style.size) < 0.03F * end.style.size && !first_row.is_tabular;
}

}  // namespace

std::vector<Block> build_blocks(std::vector<Region> regions, std::span<const Font> fonts, Measures measures) {
  auto all_rows = measure_rows(regions, fonts);
  find_markers(all_rows);
  SizeHistogram sizes;
  std::vector<Row> body;  // for what is common on the page
  for (const auto& rows : all_rows) {
    for (const auto& row : rows) {
      sizes.add(row.style.size, row.style.chars);
    }
    body.insert(body.end(), rows.begin(), rows.end());
  }
  const float body_size = sizes.mode();
  const float page_leading = usual_leading(body, 1.25F);
  const auto tolerance = tolerance_of(measures);

  std::vector<Block> blocks;
  std::optional<ColumnEnd> column_end;
  for (std::size_t r = 0; r < regions.size(); ++r) {
    const std::span<const Row> rows = all_rows[r];
    if (rows.empty()) {
      continue;
    }
    const auto starts = RegionSplitter(rows, tolerance, page_leading, body_size).split();
    const bool is_body = regions[r].zone == Zone::body;
    const float left = left_edge(rows);
    std::size_t last_block = 0;
    for (std::size_t i = 0; i < starts.size(); ++i) {
      const auto end = i + 1 < starts.size() ? starts[i + 1] : rows.size();
      const auto& first_row = rows[starts[i]];
      auto block = take_block(regions[r], rows, starts[i], end);
      if (is_body && i == 0 && column_end &&
          continues(*column_end, blocks[column_end->block], block, first_row, left)) {
        auto& last = blocks[column_end->block];
        last.box = united(last.box, block.box);
        std::ranges::move(block.lines, std::back_inserter(last.lines));
        last_block = column_end->block;
      } else {
        last_block = blocks.size();
        blocks.push_back(std::move(block));
      }
    }
    if (is_body) {
      const auto& last_row = rows.back();
      const bool is_full = last_row.box.x1 >= right_edge(rows) - last_row.style.size;
      column_end = ColumnEnd{last_block, is_full, ends_sentence(last_row.last), last_row.style};
    }
  }
  return blocks;
}

}  // namespace docket::engine
