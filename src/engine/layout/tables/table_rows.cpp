#include "engine/layout/tables/table_rows.h"

#include <algorithm>

#include "engine/layout/tables/table_columns.h"
#include "engine/layout/tables/table_grid.h"

namespace docket::engine {
namespace {

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
bool only_continues(const std::vector<LinePart>& above, const std::vector<LinePart>& line, std::span<const Box> extents,
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

}  // namespace

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
      if (step <= 1.15F * least && (is_partial || is_tight) && only_continues(above, line, extents, rows[i].size)) {
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

}  // namespace docket::engine
