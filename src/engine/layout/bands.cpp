// A gutter is judged by the text on its sides, so that the columns of a table or form, which are read across, are not
// taken for columns of running text.
#include "engine/layout/bands.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace docket::engine {
namespace {

/// Whether most of the text stands in long lines of about one width: running text, unlike cells, labels and notes.
/// There may be several columns of it.
bool is_running_text(std::span<const Piece> side) noexcept {
  constexpr std::uint32_t long_line = 18;  // characters
  float width = 0;
  for (const auto& piece : side) {
    width = std::max(width, piece.box.width());
  }
  std::uint64_t full = 0;
  std::size_t full_lines = 0;
  for (const auto& piece : side) {
    if (piece.chars >= long_line && piece.box.width() >= 0.55F * width) {
      full += piece.chars;
      ++full_lines;
    }
  }
  return full_lines >= 2 && full * 2 >= piece_chars(side);
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

}  // namespace

BandKind judge_band(std::span<const Piece> left, std::span<const Piece> right) noexcept {
  if (count_rows(left) < 2 || count_rows(right) < 2) {
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
  const float size = mean_size(left.size() >= right.size() ? left : right);
  const auto fewer = left.size() <= right.size() ? left : right;
  const auto more = left.size() <= right.size() ? right : left;
  if (left_runs || right_runs) {
    const bool thin_is_left = left_runs && right_runs ? left_box.width() < right_box.width() : right_runs;
    const auto thin = thin_is_left ? left : right;
    const auto text = thin_is_left ? right : left;
    const bool is_slight =
        extent(thin).width() < 0.5F * extent(text).width() && piece_chars(thin) * 3 < piece_chars(text);
    const bool is_note = is_slight && (!(left_runs && right_runs) || mean_size(thin) < 0.93F * mean_size(text));
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

namespace {

/// Whether a column's line stands beside the piece at `index`, its row perhaps shifted; a cell of the same row does not
/// count.
bool has_neighbour(std::span<const Piece> pieces, std::size_t index) noexcept {
  constexpr std::size_t in_sight = 8;        // pieces are in order: what is beside is near
  constexpr std::uint32_t column_line = 15;  // characters
  const auto first = index > in_sight ? index - in_sight : 0;
  const auto end = std::min(pieces.size(), index + in_sight + 1);
  for (auto i = first; i < end; ++i) {
    const auto& a = pieces[i].box;
    const auto& b = pieces[index].box;
    if (i != index && pieces[i].chars >= column_line &&
        std::min(a.y1, b.y1) - std::max(a.y0, b.y0) > 0.2F * std::min(a.height(), b.height()) &&
        (a.x1 <= b.x0 || b.x1 <= a.x0)) {
      return true;
    }
  }
  return false;
}

/// Moves the last pieces of `side` that stand on the row of `piece` to `row`.
void take_row_mates(Pieces& side, const Piece& piece, Pieces& row) {
  while (!side.empty() && same_row(side.back(), piece)) {
    row.push_back(side.back());
    side.pop_back();
  }
}

/// The bands that a gutter at `x` makes; those read across are not joined with their neighbours yet.
std::vector<Band> bands_at(std::span<const Piece> pieces, float x) {
  std::vector<Band> bands;
  Band band;
  const auto close = [&] {
    if (!band.left.empty() || !band.right.empty() || !band.inserts.empty()) {
      band.kind = judge_band(band.left, band.right);
      if (band.kind == BandKind::across) {
        band.left.insert(band.left.end(), band.right.begin(), band.right.end());
        band.left.insert(band.left.end(), band.inserts.begin(), band.inserts.end());
        band.right.clear();
        band.inserts.clear();
      }
      bands.push_back(std::move(band));
      band = {};
    }
  };
  const Piece* divider = nullptr;  // the last piece across; what is on its row belongs to it
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const auto& piece = pieces[i];
    const float reach = 0.5F * piece.size;  // a line may stick out a little without being across
    if (divider != nullptr && same_row(*divider, piece)) {
      bands.back().left.push_back(piece);
      continue;
    }
    if (piece.box.x1 <= x + reach && piece.box.x0 < x) {
      band.left.push_back(piece);
    } else if (piece.box.x0 >= x - reach) {
      band.right.push_back(piece);
    } else if (has_neighbour(pieces, i)) {
      band.inserts.push_back(piece);
    } else {
      Band across{BandKind::across, {piece}, {}, {}};
      take_row_mates(band.left, piece, across.left);
      take_row_mates(band.right, piece, across.left);
      close();
      bands.push_back(std::move(across));
      divider = &piece;
      continue;
    }
    divider = nullptr;
  }
  close();
  return bands;
}

/// How much text a set of bands reads in columns; 0 if the gap is not a gutter.
std::uint64_t gain(std::span<const Band> bands) noexcept {
  std::uint64_t chars = 0;
  for (const auto& band : bands) {
    if (band.kind != BandKind::across) {
      chars += std::min(piece_chars(band.left), piece_chars(band.right));
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

}  // namespace

std::vector<Band> best_bands(std::span<const Piece> pieces) {
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

}  // namespace docket::engine
