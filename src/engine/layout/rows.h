// Rows of a page, measured for the paragraph pass.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/layout/reading_order.h"
#include "engine/text/list_marker.h"
#include "engine/text/text_style.h"

namespace docket::engine {

/// What is known of a row of a region. Its views are of words: good while these live, which moving their lines into a
/// block does not end.
struct Row {
  std::size_t region = 0;
  std::size_t index = 0;  ///< within its region
  Box box;
  float baseline = 0;
  float text_x0 = 0;           ///< where the text behind the first word begins
  float first_word_width = 0;  ///< what would have had to fit on the row before
  TextStyle style;
  std::string_view first;   ///< its first word
  std::string_view last;    ///< its last word
  bool is_tabular = false;  ///< pieces far from each other, as the cells of a table
  bool has_leader = false;  ///< dots that lead to a page number
  bool has_label = false;   ///< it begins with a few words in bold and a colon: "DATES: The agency …"
  std::int32_t group = -1;
  std::optional<ListMarker> marker;  ///< a credible one; see find_markers()
};

/// Measures all rows of `regions`, region by region.
std::vector<std::vector<Row>> measure_rows(std::span<const Region> regions, std::span<const Font> fonts);

/// Sets Row::marker where a row's first word is a marker beyond doubt: a bullet; or one of a series, with its neighbour
/// in sight; or one whose text goes on with a hanging indent.
void find_markers(std::span<std::vector<Row>> regions);

/// Whether the text behind a row's first word goes on right below it on the next row.
bool has_hanging_indent(const Row& row, const Row& next) noexcept;

/// The usual distance of baselines within paragraphs, as a multiple of the font size.
float usual_leading(std::span<const Row> rows, float otherwise) noexcept;

}  // namespace docket::engine
