// Reading order: the page is cut at gutters, recursively, as in the XY-cut; but a gutter is judged by the text on its
// sides, so that the columns of a table or form, which are read across, are not taken for columns of running text.
#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "engine/layout.h"
#include "engine/text_style.h"

namespace docket::engine {
namespace {

/// A line as far as the cutting is concerned.
struct Piece {
  std::uint32_t line = 0;
  Box box;
  float baseline = 0;
  float size = 0;
  std::uint32_t chars = 0;

  [[nodiscard]] float middle() const noexcept { return (box.y0 + box.y1) / 2; }
};
using Pieces = std::vector<Piece>;

Box extent(std::span<const Piece> pieces) noexcept {
  Box box = pieces.front().box;
  for (const auto& piece : pieces) {
    box = united(box, piece.box);
  }
  return box;
}

std::uint64_t count_chars(std::span<const Piece> pieces) noexcept {
  std::uint64_t chars = 0;
  for (const auto& piece : pieces) {
    chars += piece.chars;
  }
  return chars;
}

float common_size(std::span<const Piece> pieces) noexcept {
  SizeHistogram sizes;
  for (const auto& piece : pieces) {
    sizes.add(piece.size, piece.chars);
  }
  return std::max(sizes.mode(), 1.0F);
}

Pieces pieces_of(std::span<const Line> lines) {
  Pieces pieces;
  pieces.reserve(lines.size());
  for (std::uint32_t i = 0; i < lines.size(); ++i) {
    const auto style = style_of(lines.subspan(i, 1), {});
    const auto& line = lines[i];
    pieces.push_back(
        {i, line.box, line.baseline > 0 ? line.baseline : line.box.y1, std::max(style.size, 1.0F), style.chars});
  }
  std::ranges::stable_sort(pieces, {}, &Piece::middle);
  return pieces;
}

/// Text that runs up or down the page's edge, such as a preprint server's stamp.
bool is_vertical(const Piece& piece) noexcept {
  return piece.chars > 3 && piece.box.height() > 3 * piece.size && piece.box.height() > 2 * piece.box.width();
}

/// Whether two pieces stand beside each other on one row.
bool same_row(const Piece& a, const Piece& b) noexcept {
  const float overlap = std::min(a.box.y1, b.box.y1) - std::max(a.box.y0, b.box.y0);
  const float slack = 0.2F * std::min(a.size, b.size);
  return overlap >= 0.5F * std::min(a.box.height(), b.box.height()) &&
         (a.box.x1 <= b.box.x0 + slack || b.box.x1 <= a.box.x0 + slack);
}

// ---- judging a gutter --------------------------------------------------------------------------------------------

/// Whether most of the text stands in lines that fill their column: running text, unlike cells, labels and notes.
bool is_running_text(std::span<const Piece> side) noexcept {
  const float width = extent(side).width();
  std::uint64_t full = 0;
  std::size_t full_lines = 0;
  for (const auto& piece : side) {
    if (piece.chars >= 18 && piece.box.width() >= 0.55F * width) {
      full += piece.chars;
      ++full_lines;
    }
  }
  return full_lines >= 2 && full * 2 >= count_chars(side);
}

/// The share of `some` pieces that have one of `others` on their own baseline.
float aligned_share(std::span<const Piece> some, std::span<const Piece> others) noexcept {
  std::size_t aligned = 0;
  std::size_t from = 0;  // both are in the order of their middles
  for (const auto& piece : some) {
    while (from < others.size() && others[from].box.y1 < piece.box.y0) {
      ++from;
    }
    for (auto i = from; i < others.size() && others[i].middle() <= piece.box.y1; ++i) {
      if (std::abs(others[i].baseline - piece.baseline) <= 0.2F * std::min(piece.size, others[i].size)) {
        ++aligned;
        break;
      }
    }
  }
  return static_cast<float>(aligned) / static_cast<float>(some.size());
}

enum class BandKind : std::uint8_t {
  across,      ///< read row by row over the full width
  columns,     ///< read the left side, then the right
  note_left,   ///< running text on the right, a side note on the left
  note_right,  ///< the other way round
};

/// How the pieces on both sides of a gutter, with nothing across it between them, are to be read.
BandKind judge(std::span<const Piece> left, std::span<const Piece> right) noexcept {
  if (left.size() < 2 || right.size() < 2) {
    return BandKind::across;
  }
  const Box left_box = extent(left);
  const Box right_box = extent(right);
  const float common = std::min(left_box.y1, right_box.y1) - std::max(left_box.y0, right_box.y0);
  if (common < 0.5F * std::min(left_box.height(), right_box.height())) {
    return BandKind::across;
  }
  const bool left_runs = is_running_text(left);
  const bool right_runs = is_running_text(right);
  const float gap = right_box.x0 - left_box.x1;
  const float size = common_size(left.size() >= right.size() ? left : right);
  const auto fewer = left.size() <= right.size() ? left : right;
  const auto more = left.size() <= right.size() ? right : left;
  if (left_runs || right_runs) {
    const bool thin_is_left = left_runs && right_runs ? left_box.width() < right_box.width() : right_runs;
    const auto thin = thin_is_left ? left : right;
    const auto text = thin_is_left ? right : left;
    const bool is_slight =
        extent(thin).width() < 0.5F * extent(text).width() && count_chars(thin) * 3 < count_chars(text);
    const bool is_note = is_slight && (!(left_runs && right_runs) || common_size(thin) < 0.93F * common_size(text));
    if (left_runs && right_runs && !is_note) {
      return gap >= 0.6F * size ? BandKind::columns : BandKind::across;
    }
    // Labels beside their text stand on its baselines; a side note or a narrow column has its own.
    if (gap < 0.6F * size || aligned_share(fewer, more) > 0.75F) {
      return BandKind::across;
    }
    return !is_note ? BandKind::columns : thin_is_left ? BandKind::note_left : BandKind::note_right;
  }
  const bool apart = gap >= size && fewer.size() >= 3 && aligned_share(fewer, more) < 0.4F;
  return apart ? BandKind::columns : BandKind::across;
}

/// A stretch of a page between two full-width lines, or such lines themselves.
struct Band {
  BandKind kind = BandKind::across;
  Pieces left;  ///< everything, in an `across` band
  Pieces right;
};

/// The bands that a gutter at `x` makes; those read across are not joined with their neighbours yet.
std::vector<Band> bands_at(std::span<const Piece> pieces, float x) {
  std::vector<Band> bands;
  Band band;
  const auto close = [&] {
    if (!band.left.empty() || !band.right.empty()) {
      band.kind = judge(band.left, band.right);
      if (band.kind == BandKind::across) {
        band.left.insert(band.left.end(), band.right.begin(), band.right.end());
        band.right.clear();
      }
      bands.push_back(std::move(band));
      band = {};
    }
  };
  for (const auto& piece : pieces) {
    const float reach = 0.5F * piece.size;  // a line may stick out a little without being across
    if (piece.box.x1 <= x + reach && piece.box.x0 < x) {
      band.left.push_back(piece);
    } else if (piece.box.x0 >= x - reach) {
      band.right.push_back(piece);
    } else {
      close();
      bands.push_back({BandKind::across, {piece}, {}});
    }
  }
  close();
  return bands;
}

/// How much text a set of bands reads in columns; 0 if the gutter is none.
std::uint64_t gain(std::span<const Band> bands) noexcept {
  std::uint64_t chars = 0;
  for (const auto& band : bands) {
    if (band.kind != BandKind::across) {
      chars += std::min(count_chars(band.left), count_chars(band.right));
    }
  }
  return chars;
}

/// Where gutters may be: the middles of strips that fewer lines cross than the strips beside them, the best few first.
std::vector<float> gutter_candidates(std::span<const Piece> pieces) {
  constexpr std::size_t bins = 256;
  const Box all = extent(pieces);
  if (all.width() <= 0) {
    return {};
  }
  const float scale = static_cast<float>(bins) / all.width();
  const auto bin_of = [&](float x) {
    return static_cast<std::size_t>(std::clamp((x - all.x0) * scale, 0.0F, static_cast<float>(bins)));
  };
  std::array<std::int32_t, bins + 1> starts{};  // of pieces, by bin
  std::array<std::int32_t, bins + 1> ends{};
  for (const auto& piece : pieces) {
    ++starts[bin_of(piece.box.x0)];
    ++ends[bin_of(piece.box.x1)];
  }
  struct Strip {
    std::int32_t crossing = 0;
    std::int32_t fewer_beside = 0;
    float middle = 0;
  };
  std::vector<Strip> strips;
  std::int32_t started = 0;
  std::int32_t ended = 0;
  bool falling = true;  // the strip before this one is crossed by more lines
  std::size_t first = 0;
  for (std::size_t bin = 0; bin < bins; ++bin) {
    const auto crossing_before = started - ended;
    ended += ends[bin];
    if (started - ended != crossing_before) {
      falling = true;
      first = bin;
    }
    if (starts[bin] != 0) {
      const auto total = static_cast<std::int32_t>(pieces.size());
      const Strip strip{started - ended, std::min(ended, total - started),
                        all.x0 + (static_cast<float>(first) + static_cast<float>(bin)) / 2 / scale};
      if (falling && strip.fewer_beside >= 2) {
        strips.push_back(strip);
      }
      falling = false;
      started += starts[bin];
      first = bin + 1;
    }
  }
  constexpr std::size_t most = 8;
  const auto worth = [](const Strip& strip) { return strip.crossing - 2 * strip.fewer_beside; };
  const auto kept = std::min(most, strips.size());
  std::ranges::partial_sort(strips, strips.begin() + static_cast<std::ptrdiff_t>(kept), {}, worth);
  std::vector<float> candidates;
  for (std::size_t i = 0; i < kept; ++i) {
    candidates.push_back(strips[i].middle);
  }
  return candidates;
}

// ---- cutting -----------------------------------------------------------------------------------------------------

/// Cuts pieces into regions. Lives for one call of reading_order(), on its stack; the lines are moved out as it goes.
class Cutter {
 public:
  explicit Cutter(std::vector<Line>& lines) noexcept : lines_(lines) {}

  /// Appends the regions of `pieces`, which are in the order of their middles.
  void cut(Pieces pieces, Place place, int depth) {
    if (pieces.empty()) {
      return;
    }
    auto bands = depth < max_depth ? best_bands(pieces) : std::vector<Band>{};
    if (bands.empty()) {
      add_region(std::move(pieces), place);
      return;
    }
    Pieces across;
    const auto close = [&] { cut(std::exchange(across, {}), place, depth + 1); };
    for (auto& band : bands) {
      if (band.kind == BandKind::across) {
        across.insert(across.end(), band.left.begin(), band.left.end());
        continue;
      }
      std::ranges::stable_sort(across, {}, &Piece::middle);
      close();
      if (band.kind == BandKind::note_left) {
        std::swap(band.left, band.right);
      }
      cut(std::move(band.left), place, depth + 1);
      cut(std::move(band.right), band.kind == BandKind::columns ? place : Place::margin, depth + 1);
    }
    std::ranges::stable_sort(across, {}, &Piece::middle);
    close();
  }

  /// Appends one region made of `pieces`, in rows.
  void add_region(Pieces pieces, Place place) {
    if (pieces.empty()) {
      return;
    }
    Region region;
    region.place = place;
    region.lines.reserve(pieces.size());
    for (std::size_t i = 0; i < pieces.size();) {
      auto end = i + 1;
      while (end < pieces.size() && std::all_of(pieces.begin() + static_cast<std::ptrdiff_t>(i),
                                                pieces.begin() + static_cast<std::ptrdiff_t>(end),
                                                [&](const Piece& piece) { return same_row(piece, pieces[end]); })) {
        ++end;
      }
      const auto row = std::span(pieces).subspan(i, end - i);
      std::ranges::sort(row, {}, [](const Piece& piece) { return piece.box.x0; });
      region.rows.push_back(static_cast<std::uint32_t>(region.lines.size()));
      for (const auto& piece : row) {
        region.lines.push_back(std::move(lines_[piece.line]));
      }
      i = end;
    }
    regions_.push_back(std::move(region));
  }

  [[nodiscard]] std::vector<Region> take() { return std::move(regions_); }

 private:
  static constexpr int max_depth = 6;

  /// The bands of the gutter that puts most text into columns; none if there is no gutter.
  static std::vector<Band> best_bands(std::span<const Piece> pieces) {
    if (pieces.size() < 4) {
      return {};
    }
    std::vector<Band> best;
    std::uint64_t best_gain = 0;
    for (const float x : gutter_candidates(pieces)) {
      auto bands = bands_at(pieces, x);
      const auto chars = gain(bands);
      if (chars > best_gain) {
        best_gain = chars;
        best = std::move(bands);
      }
    }
    return best;
  }

  std::vector<Line>& lines_;
  std::vector<Region> regions_;
};

/// Takes away from the front (`at_top`) or back of `pieces` the few rows that stand in the page's margin, apart from
/// the rest by more than a line.
Pieces take_margin(Pieces& pieces, bool at_top, float height, float body_size) {
  constexpr std::size_t max_rows = 3;
  const float limit = 0.09F * height;
  const auto inside = [&](const Piece& piece) {
    return (at_top ? piece.box.y1 < limit : piece.box.y0 > height - limit) && piece.size <= 1.1F * body_size;
  };
  const auto at = [&](std::size_t i) -> const Piece& { return at_top ? pieces[i] : pieces[pieces.size() - 1 - i]; };
  std::size_t taken = 0;
  std::size_t rows = 0;
  std::size_t found = 0;  // as many pieces as end at a clear gap
  float edge = 0;         // of the rows seen so far, towards the text
  while (taken < pieces.size() && inside(at(taken)) && rows <= max_rows) {
    if (taken == 0 || !same_row(at(taken - 1), at(taken))) {
      ++rows;
    }
    const auto& box = at(taken).box;
    edge = taken == 0 ? (at_top ? box.y1 : box.y0) : (at_top ? std::max(edge, box.y1) : std::min(edge, box.y0));
    ++taken;
    if (taken == pieces.size()) {
      return {};  // there is nothing but this on the page
    }
    const float gap = at_top ? at(taken).box.y0 - edge : edge - at(taken).box.y1;
    if (rows <= max_rows && gap >= 1.1F * body_size) {
      found = taken;
    }
  }
  Pieces margin;
  const auto count = static_cast<std::ptrdiff_t>(found);
  if (at_top) {
    margin.assign(pieces.begin(), pieces.begin() + count);
    pieces.erase(pieces.begin(), pieces.begin() + count);
  } else {
    margin.assign(pieces.end() - count, pieces.end());
    pieces.erase(pieces.end() - count, pieces.end());
  }
  return margin;
}

}  // namespace

std::vector<Region> reading_order(std::vector<Line> lines, float height) {
  auto pieces = pieces_of(lines);
  const float body_size = common_size(pieces);

  Pieces edge;
  const auto vertical = std::ranges::stable_partition(pieces, [](const Piece& piece) { return !is_vertical(piece); });
  edge.assign(vertical.begin(), vertical.end());
  pieces.erase(vertical.begin(), vertical.end());

  auto header = take_margin(pieces, true, height, body_size);
  auto footer = take_margin(pieces, false, height, body_size);
  Cutter cutter(lines);
  cutter.add_region(std::move(header), Place::margin);
  cutter.cut(std::move(pieces), Place::body, 0);
  cutter.add_region(std::move(footer), Place::margin);
  cutter.add_region(std::move(edge), Place::margin);
  return cutter.take();
}

}  // namespace docket::engine
