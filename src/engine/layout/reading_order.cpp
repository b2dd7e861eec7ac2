#include "engine/layout/reading_order.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/utf8.h"
#include "engine/layout/bands.h"
#include "engine/layout/pieces.h"
#include "engine/text/size_histogram.h"

namespace docket::engine {
namespace {

/// Text that runs up or down the page's edge, such as a preprint server's stamp.
bool is_vertical(const Piece& piece) noexcept {
  return piece.chars > 3 && piece.box.height() > 3 * piece.size && piece.box.height() > 2 * piece.box.width();
}

/// Cuts pieces into regions. Lives for one call of reading_order(), on its stack; the lines are moved out as it goes.
class Cutter {
 public:
  explicit Cutter(std::vector<Line>& lines) noexcept : lines_(lines) {}

  /// Appends the regions of `pieces`, which are in the order of their middles.
  void cut(Pieces pieces, Zone zone, int depth) {
    if (pieces.empty()) {
      return;
    }
    auto bands = depth < max_depth ? best_bands(pieces) : std::vector<Band>{};
    if (bands.empty()) {
      add_region(std::move(pieces), zone);
      return;
    }
    Pieces across;
    const auto close = [&] { cut(std::exchange(across, {}), zone, depth + 1); };
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
      cut(std::move(band.left), zone, depth + 1);
      cut(std::move(band.right), band.kind == BandKind::columns ? zone : Zone::margin, depth + 1);
      cut(std::move(band.inserts), zone, depth + 1);
    }
    std::ranges::stable_sort(across, {}, &Piece::middle);
    close();
  }

  /// Appends one region made of `pieces`, in rows.
  void add_region(Pieces pieces, Zone zone) {
    if (pieces.empty()) {
      return;
    }
    Region region;
    region.zone = zone;
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

  std::vector<Line>& lines_;
  std::vector<Region> regions_;
};

/// Whether a line is a page's number and nothing else: "12", "– 3 –".
bool is_page_number(const Line& line) noexcept {
  constexpr std::size_t longest = 8;  // bytes
  std::size_t size = 0;
  bool has_digit = false;
  for (const auto& word : line.words) {
    size += word.text.size();
    for (std::string_view rest = word.text; !rest.empty() && size <= longest;) {
      const auto c = first_char(rest);
      rest.remove_prefix(c.length);
      has_digit = has_digit || is_digit(c.code);
      if (!is_digit(c.code) && c.code != U'-' && c.code != U'–' && c.code != U'—') {
        return false;
      }
    }
  }
  return has_digit && size <= longest;
}

/// Takes away from the front (`at_top`) or back of `pieces` the few rows that stand in the page's margin, apart from
/// the rest by more than a line. A page's number is looked for farther in: centred, it would stand in a gutter's way.
Pieces take_margin(Pieces& pieces, std::span<const Line> lines, bool at_top, float height, float body_size) {
  constexpr std::size_t max_rows = 3;
  const float limit = 0.09F * height;
  const float number_limit = 0.25F * height;
  const auto is_within = [&](const Box& box, float distance) {
    return at_top ? box.y1 < distance : box.y0 > height - distance;
  };
  const auto inside = [&](const Piece& piece) {
    return piece.size <= 1.1F * body_size &&
           (is_within(piece.box, limit) || (is_within(piece.box, number_limit) && is_page_number(lines[piece.line])));
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

Region as_given(std::vector<Line> lines) {
  Region region;
  region.rows.resize(lines.size());
  std::iota(region.rows.begin(), region.rows.end(), 0U);
  region.lines = std::move(lines);
  return region;
}

}  // namespace

std::vector<Region> reading_order(std::vector<Line> lines, float height) {
  auto pieces = pieces_of(lines);
  SizeHistogram sizes;
  for (const auto& piece : pieces) {
    sizes.add(piece.size, piece.chars);
  }
  const float body_size = std::max(sizes.mode(), 1.0F);

  Pieces edge;
  const auto vertical =
      std::stable_partition(pieces.begin(), pieces.end(), [](const Piece& piece) { return !is_vertical(piece); });
  edge.assign(vertical, pieces.end());
  pieces.erase(vertical, pieces.end());

  if (piece_chars(edge) > piece_chars(pieces)) {
    // The page itself is turned: the reader's order is better than any that is told from boxes.
    return {as_given(std::move(lines))};
  }
  auto header = take_margin(pieces, lines, true, height, body_size);
  auto footer = take_margin(pieces, lines, false, height, body_size);
  Cutter cutter(lines);
  cutter.add_region(std::move(header), Zone::margin);
  cutter.cut(std::move(pieces), Zone::body, 0);
  cutter.add_region(std::move(footer), Zone::margin);
  cutter.add_region(std::move(edge), Zone::margin);
  return cutter.take();
}

}  // namespace docket::engine
