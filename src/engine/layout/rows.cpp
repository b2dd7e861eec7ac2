#include "engine/layout/rows.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/utf8.h"
#include "engine/layout/reading_order.h"

namespace docket::engine {
namespace {

bool is_number(std::string_view word) noexcept {
  return !word.empty() && std::ranges::all_of(word, [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
}

/// Whether a row ends with a leader and a page number: "Methods . . . . . 12", "Methods.......12".
bool ends_with_leader(std::span<const Line> row) noexcept {
  std::size_t dots = 0;
  bool number_seen = false;
  for (auto line = row.rbegin(); line != row.rend(); ++line) {
    for (auto word = line->words.rbegin(); word != line->words.rend(); ++word) {
      const auto& text = word->text;
      const auto trailing_dots = text.size() - (text.find_last_not_of('.') + 1);
      if (!number_seen) {
        const auto before = text.find_last_of('.');
        if (before != std::string::npos && before >= 3 && text.compare(before - 3, 4, "....") == 0) {
          return true;
        }
        if (text.size() > 6 || (!is_number(text) && count_chars(text) > 5)) {
          return false;
        }
        number_seen = true;
        continue;
      }
      dots += trailing_dots;
      if (dots >= 4) {
        return true;
      }
      if (trailing_dots != text.size()) {
        return false;
      }
    }
  }
  return false;
}

bool begins_with_label(std::span<const Word> words, std::span<const Font> fonts) noexcept {
  constexpr std::size_t most_words = 6;
  for (const auto& word : words.first(std::min(words.size(), most_words))) {
    if (const auto* font = font_of(word, fonts); font == nullptr || !font->bold) {
      return false;
    }
    if (word.text.ends_with(':')) {
      return true;
    }
  }
  return false;
}

Row measure(std::span<const Line> lines, std::span<const Font> fonts) {
  Row row;
  row.box = lines.front().box;
  row.baseline = lines.front().baseline;
  std::size_t most_words = 0;
  for (const auto& line : lines) {
    row.box = united(row.box, line.box);
    if (line.words.size() > most_words) {  // not that of a raised footnote mark
      most_words = line.words.size();
      row.baseline = line.baseline > 0 ? line.baseline : line.box.y1;
    }
  }
  row.style = style_of(lines, fonts);
  row.style.size = std::max(row.style.size, 1.0F);
  const auto& words = lines.front().words;
  row.first = words.front().text;
  row.first_word_width = words.front().box.width();
  if (is_spaceless(first_char(row.first).code)) {
    // Between any two characters a row may end, but for some that must not begin one: two of them, then.
    row.first_word_width *= 2 / static_cast<float>(std::max<std::size_t>(count_chars(row.first), 2));
  }
  row.last = lines.back().words.back().text;
  row.text_x0 = words.size() > 1 ? words[1].box.x0 : lines.size() > 1 ? lines[1].box.x0 : row.box.x0;
  row.group = lines.front().group;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const bool after_number = i == 1 && words.size() == 1 && (!read_marker(row.first).empty() || is_number(row.first));
    if (!after_number && lines[i].box.x0 - lines[i - 1].box.x1 > 1.8F * row.style.size) {
      row.is_tabular = true;
    }
  }
  row.has_leader = ends_with_leader(lines);
  row.has_label = !row.style.bold && begins_with_label(words, fonts);
  row.is_tabular = row.is_tabular || std::ranges::any_of(lines, [](const Line& line) { return line.stands_for >= 0; });
  return row;
}

/// A row whose first word may be a marker, in one of its readings.
struct Reading {
  Row* row = nullptr;
  ListMarker marker;
};

/// Whether `a` (above or in an earlier column) and `b` are neighbours in one series.
bool are_neighbours(const Reading& a, const Reading& b) noexcept {
  if (!a.marker.same_series(b.marker) || (a.marker.is_number() && b.marker.value != a.marker.value + 1)) {
    return false;
  }
  if (a.row->region == b.row->region) {
    return std::abs(a.row->box.x0 - b.row->box.x0) <= a.row->style.size;
  }
  return a.marker.kind == U'1';  // letters at the start of another column's lines are rather initials
}

}  // namespace

bool has_hanging_indent(const Row& row, const Row& next) noexcept {
  const float size = row.style.size;
  return row.text_x0 > row.box.x0 + 0.6F * size && std::abs(next.box.x0 - row.text_x0) <= 0.35F * size &&
         next.baseline - row.baseline < 2 * size;
}

std::vector<std::vector<Row>> measure_rows(std::span<const Region> regions, std::span<const Font> fonts) {
  std::vector<std::vector<Row>> all;
  all.reserve(regions.size());
  for (std::size_t r = 0; r < regions.size(); ++r) {
    auto& rows = all.emplace_back();
    rows.reserve(regions[r].rows.size());
    for (std::size_t i = 0; i < regions[r].rows.size(); ++i) {
      auto& row = rows.emplace_back(measure(regions[r].row(i), fonts));
      row.region = r;
      row.index = i;
    }
  }
  return all;
}

void find_markers(std::span<std::vector<Row>> regions) {
  std::vector<Reading> readings;
  for (auto& rows : regions) {
    for (auto& row : rows) {
      for (const auto& marker : read_marker(row.first)) {
        const bool has_text = row.text_x0 > row.box.x0 || marker.length < row.first.size();
        if (marker.sure) {
          row.marker = marker;
        } else if (has_text) {
          readings.push_back({&row, marker});
        }
      }
    }
  }
  constexpr std::size_t in_sight = 64;  // further candidates are not looked at: the pass stays linear
  for (std::size_t i = 0; i < readings.size(); ++i) {
    const auto& marker = readings[i].marker;
    auto* const row = readings[i].row;
    if (row->marker) {
      continue;
    }
    const auto first = i > in_sight ? i - in_sight : 0;
    const auto last = std::min(readings.size(), i + in_sight);
    bool credible = false;
    for (auto j = first; j < last && !credible; ++j) {
      credible = j < i ? are_neighbours(readings[j], readings[i]) : j > i && are_neighbours(readings[i], readings[j]);
    }
    const auto& rows = regions[row->region];
    // Letters are also initials of names: they must be a list from its beginning.
    const auto begins_series = [&](const Reading& other) {
      return other.marker.same_series(marker) && other.marker.value == 1 && other.row->region == row->region;
    };
    if (credible && marker.is_number() && marker.kind != U'1' && marker.open == 0 && marker.close == '.') {
      credible = std::any_of(readings.begin() + static_cast<std::ptrdiff_t>(first),
                             readings.begin() + static_cast<std::ptrdiff_t>(last), begins_series);
    }
    if (credible || (row->index + 1 < rows.size() && has_hanging_indent(*row, rows[row->index + 1]))) {
      row->marker = marker;
    }
  }
}

float usual_leading(std::span<const Row> rows, float otherwise) noexcept {
  // A histogram of ratios from 0.8 to 3.2 in steps of 0.05. The smallest ratio that is common is that of lines within a
  // paragraph, even where most paragraphs are short and the space between them is the most frequent distance.
  constexpr std::size_t bins = 48;
  std::array<std::uint32_t, bins + 1> counts{};
  std::uint32_t pairs = 0;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const float size = rows[i].style.size;
    const float ratio = (rows[i].baseline - rows[i - 1].baseline) / size;
    if (std::abs(size - rows[i - 1].style.size) <= 0.06F * size && ratio >= 0.8F && ratio < 3.2F) {
      ++counts[static_cast<std::size_t>((ratio - 0.8F) / 0.05F)];
      ++pairs;
    }
  }
  if (pairs < 3) {
    return otherwise;
  }
  for (std::size_t bin = 0; bin < bins; ++bin) {
    const auto common = counts[bin] + counts[bin + 1];
    if (common * 4 >= pairs) {
      const float share = static_cast<float>(counts[bin + 1]) / static_cast<float>(common);
      return 0.8F + 0.05F * (static_cast<float>(bin) + 0.5F + share);
    }
  }
  return otherwise;
}

}  // namespace docket::engine
